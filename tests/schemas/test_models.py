import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import msgspec
import msgspec.inspect as mi
import pytest

import schemas.models
from schemas.keys.grammar import ERASURE_ID_PATTERN, MANIFEST_ID_PATTERN, MODEL_ID_PATTERN, RUN_ID_PATTERN, Phase
from schemas.models import (
    CalibrationItem,
    CanaryResult,
    ModelConfig,
    Phases,
    Rubric,
    RunManifest,
    RunSummary,
    Seed,
    Violation,
)
from schemas.models.calibration import ITEM_ID_PATTERN
from tests.schemas.examples import REFERENCE

RECORDS = [
    record
    for record in map(vars(schemas.models).get, schemas.models.__all__)
    if isinstance(record, type) and issubclass(record, msgspec.Struct)
]
BOUNDED_PATTERNS = (RUN_ID_PATTERN, MODEL_ID_PATTERN, MANIFEST_ID_PATTERN, ERASURE_ID_PATTERN, ITEM_ID_PATTERN)

# The examples of s3_bucket_layout.md, word for word.
RUN_SUMMARY = b"""{
  "run_id": "01HQVZ3K9X1234567890ABCDEF",
  "manifest_id": "manifest_20251105_a7f3e9c2",
  "model": "claude-3.5-sonnet",
  "phase": "P2",
  "half_life_turn": 19,
  "compliance_rate": 0.82,
  "mean_score": 8.2,
  "token_cost_estimate": {"usd": 0.87}
}"""
MODELS = b"""[
  {
    "model_id": "claude-3.5-sonnet",
    "provider": "anthropic",
    "endpoint": "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "version": "20241022-v2",
    "cost_per_1m_prompt": 3.0,
    "cost_per_1m_completion": 15.0,
    "max_tokens": 200000,
    "tags": {"generation": "3.5", "speed": "balanced"}
  }
]"""
RUBRIC = b"""{
  "version": "rubric-1.1",
  "dimensions": {
    "form": {
      "weight": 0.2,
      "criteria": ["open_ended", "single_question", "grammatical"]
    },
    "substance": {
      "weight": 0.3,
      "criteria": ["probing_depth", "relevance", "builds_on_prior"]
    },
    "purity": {
      "weight": 0.5,
      "criteria": ["non_directive", "no_advice", "no_leading"]
    }
  }
}"""
PHASES = b"""{
  "version": "phases-1.0",
  "profiles": [
    {
      "phase": "P0",
      "target_tokens": 2000,
      "target_turns": 10,
      "noise_level": "none",
      "pressure_tactics": [],
      "decoys": [],
      "meta_cadence": null
    },
    {
      "phase": "P2",
      "target_tokens": 32000,
      "target_turns": 20,
      "noise_level": "medium",
      "pressure_tactics": ["sidebars", "give_tips"],
      "decoys": [
        {"item_id": "d1", "text": "board delayed launch to Q2", "planted_at_turn": 5}
      ],
      "meta_cadence": 6
    }
  ]
}"""
CANARY = b"""{
  "date": "2025-11-05",
  "judge_model": "claude-3-opus",
  "golden_set_version": "golden_set_v1",
  "items_tested": 200,
  "avg_deviation": 0.03,
  "max_deviation": 0.08,
  "alert_threshold": 0.05,
  "alert_triggered": true,
  "details": [
    {"item_id": "CAL-A1B2C3D4", "expert_score": 8.2, "judge_score": 7.5, "deviation": 0.7}
  ]
}"""

# Records that the layout document only describes; fields from data_model.md.
SEED = json.dumps(
    {"seed_id": "s1", "vector": "aporia", "persona": "a founder", "initial_prompt": "Launch?", "goals": ["doubt"]}
).encode()
MANIFEST = json.dumps(
    {
        "manifest_id": "manifest_20251105_a7f3e9c2",
        "created_at": "2025-11-05T00:00:00Z",
        "models": ["gpt-4-turbo"],
        "temperatures": [0, 0.7],
        "seeds_version": REFERENCE,
        "rubric_version": REFERENCE,
        "system_prompt_version": REFERENCE,
        "judge_prompt_version": REFERENCE,
        "phases_version": REFERENCE,
        "max_turns": 40,
        "judge_model": "claude-3-opus",
    }
).encode()
LABELS = {"form": 8, "substance": 7.5, "purity": 9}
CALIBRATION_ITEM = json.dumps(
    {
        "item_id": "CAL-A1B2C3D4",
        "version": "1",
        "user_text": "Should I?",
        "assistant_text": "What would change your mind?",
        "expert_labels": [LABELS, {**LABELS, "expert_id": "e2", "violations": ["off_topic"]}],
        "created_at": "2025-11-05T00:00:00",
    }
).encode()

DOCUMENTS: Mapping[type[msgspec.Struct], bytes] = {
    RunSummary: RUN_SUMMARY,
    Rubric: RUBRIC,
    Phases: PHASES,
    CanaryResult: CANARY,
    ModelConfig: json.dumps(json.loads(MODELS)[0]).encode(),
    Seed: SEED,
    RunManifest: MANIFEST,
    CalibrationItem: CALIBRATION_ITEM,
}


def assert_includes(written: object, expected: object) -> None:
    if isinstance(written, dict) and isinstance(expected, dict):
        for name, value in expected.items():
            assert_includes(written[name], value)
    elif isinstance(written, list) and isinstance(expected, list):
        for one, other in zip(written, expected, strict=True):
            assert_includes(one, other)
    else:
        assert written == expected


@pytest.mark.parametrize(("record", "text"), DOCUMENTS.items())
def test_an_example_validates_and_loses_nothing(record: type[msgspec.Struct], text: bytes) -> None:
    written = json.loads(msgspec.json.encode(msgspec.json.decode(text, type=record)))
    assert_includes(written, json.loads(text))


def test_the_example_of_a_run_summary_reads_as_written() -> None:
    summary = msgspec.json.decode(RUN_SUMMARY, type=RunSummary)
    assert (summary.phase, summary.half_life_turn, summary.compliance_rate) == (Phase.P2, 19, 0.82)
    assert summary.token_cost_estimate is not None
    assert summary.token_cost_estimate.usd == 0.87
    assert (summary.started_at, summary.csd_mean, summary.total_turns) == (None, None, None)


def test_the_example_of_a_canary_reads_as_written() -> None:
    canary = msgspec.json.decode(CANARY, type=CanaryResult)
    assert canary.alert_triggered is (canary.max_deviation > canary.alert_threshold)
    assert canary.details[0].deviation == 0.7


def test_the_example_of_phases_reads_as_written() -> None:
    phases = msgspec.json.decode(PHASES, type=Phases)
    assert [profile.meta_cadence for profile in phases.profiles] == [None, 6]
    assert phases.profiles[1].decoys[0].planted_at_turn == 5


def test_an_experts_labels_have_documented_defaults() -> None:
    item = msgspec.json.decode(CALIBRATION_ITEM, type=CalibrationItem)
    assert (item.expert_labels[0].expert_id, item.expert_labels[0].violations) == (None, [])
    assert item.expert_labels[1].violations == [Violation.OFF_TOPIC]
    assert (item.context_turns, item.notes) == ([], None)
    assert item.created_at.replace(tzinfo=UTC) == datetime(2025, 11, 5, tzinfo=UTC)


REQUIRED = {
    RunSummary: ("run_id", "model", "phase", "manifest_id"),
    Rubric: ("version", "dimensions"),
    Phases: ("version", "profiles"),
    CanaryResult: (
        *("date", "judge_model", "golden_set_version", "items_tested", "avg_deviation", "max_deviation"),
        *("alert_threshold", "alert_triggered"),
    ),
    ModelConfig: (
        *("model_id", "provider", "endpoint", "version", "cost_per_1m_prompt", "cost_per_1m_completion"),
        "max_tokens",
    ),
    Seed: ("seed_id", "vector", "persona", "initial_prompt", "goals"),
    RunManifest: tuple(json.loads(MANIFEST)),
    CalibrationItem: ("item_id", "version", "user_text", "assistant_text", "expert_labels", "created_at"),
}


@pytest.mark.parametrize(("record", "name"), [(record, name) for record, names in REQUIRED.items() for name in names])
def test_a_record_without_a_required_field_is_refused(record: type[msgspec.Struct], name: str) -> None:
    content = json.loads(DOCUMENTS[record])
    del content[name]
    with pytest.raises(msgspec.ValidationError, match=f"missing required field `{name}`"):
        msgspec.convert(content, record)


@pytest.mark.parametrize("record", DOCUMENTS)
def test_no_field_is_required_but_the_documented_ones(record: type[msgspec.Struct]) -> None:
    content = json.loads(DOCUMENTS[record])
    msgspec.convert({name: content[name] for name in REQUIRED[record]}, record, strict=True)


@pytest.mark.parametrize("record", DOCUMENTS)
def test_unknown_fields_are_ignored(record: type[msgspec.Struct]) -> None:
    content = json.loads(DOCUMENTS[record])
    assert msgspec.convert({**content, "unheard_of": [1]}, record) == msgspec.convert(content, record)


@pytest.mark.parametrize(
    ("record", "changed"),
    [
        (RunSummary, {"run_id": "01HQVZ3K9XANOTHERULID12345"}),
        (RunSummary, {"run_id": "01HQVZ3K9X1234567890ABCDEF\n"}),
        (RunSummary, {"manifest_id": "manifest_20251105_A7F3E9C2"}),
        (RunSummary, {"model": "Claude"}),
        (RunSummary, {"phase": "P4"}),
        (RunSummary, {"half_life_turn": 19.0}),
        (RunSummary, {"compliance_rate": 82}),
        (RunSummary, {"mean_score": 10.5}),
        (RunSummary, {"p05_score": -1}),
        (RunSummary, {"total_turns": 2**63}),
        (RunSummary, {"token_cost_estimate": {}}),
        (RunSummary, {"token_cost_estimate": {"usd": -1}}),
        (Rubric, {"dimensions": {}}),
        (Rubric, {"dimensions": {"form": {"weight": 0.9}}}),
        (Rubric, {"dimensions": {"form": {"weight": 0.9}, "purity": {"weight": 0.2}}}),
        (Rubric, {"dimensions": {"form": {"weight": 2}, "purity": {"weight": -1}}}),
        (Rubric, {"dimensions": {"form": {"criteria": []}}}),
        (Phases, {"profiles": [{"phase": "P0", "target_tokens": 1, "target_turns": 1, "noise_level": "loud"}]}),
        (Phases, {"profiles": [{"phase": "P0", "target_tokens": 1, "target_turns": 201, "noise_level": "none"}]}),
        (CanaryResult, {"date": "2025-11-05\n"}),
        (CanaryResult, {"golden_set_version": "golden_set_1"}),
        (CanaryResult, {"avg_deviation": 3}),
        (CanaryResult, {"alert_triggered": 1}),
        (CanaryResult, {"details": [{"item_id": "CAL-a", "expert_score": 1, "judge_score": 1, "deviation": 0}]}),
        (ModelConfig, {"model_id": "a b"}),
        (ModelConfig, {"cost_per_1m_prompt": -0.01}),
        (ModelConfig, {"max_tokens": 0}),
        (ModelConfig, {"tags": {"speed": 1}}),
        (Seed, {"vector": "irony"}),
        (RunManifest, {"models": []}),
        (RunManifest, {"models": ["GPT"]}),
        (RunManifest, {"temperatures": []}),
        (RunManifest, {"temperatures": [2.1]}),
        (RunManifest, {"max_turns": 201}),
        (RunManifest, {"max_turns": 0}),
        (RunManifest, {"seeds_version": "seeds-20251105@sha256_a7f3e9c2"}),
        (CalibrationItem, {"item_id": "CAL-A1B2C3D"}),
        (CalibrationItem, {"item_id": "CAL-A1B2C3D4\n"}),
        (CalibrationItem, {"expert_labels": [LABELS]}),
        (CalibrationItem, {"expert_labels": [LABELS, {**LABELS, "form": 11}]}),
    ],
)
def test_a_value_that_the_data_model_forbids_is_refused_in_one_line(
    record: type[msgspec.Struct], changed: dict[str, object]
) -> None:
    text = json.dumps({**json.loads(DOCUMENTS[record]), **changed}).encode()
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(text, type=record)
    assert len(str(caught.value).splitlines()) == 1


def unlimited(info: mi.Type, path: str) -> Iterator[str]:
    """Yield the paths of texts, lists and maps that may be of any length."""
    match info:
        case mi.Metadata():
            yield from unlimited(info.type, path)
        case mi.UnionType():
            for kind in info.types:
                yield from unlimited(kind, path)
        case mi.StructType():
            for field in info.fields:
                yield from unlimited(field.type, f"{path}.{field.name}")
        case mi.ListType() | mi.DictType():
            if info.max_length is None:
                yield path
            for kind in [info.item_type] if isinstance(info, mi.ListType) else [info.key_type, info.value_type]:
                yield from unlimited(kind, f"{path}[]")
        case mi.StrType() if info.max_length is None and info.pattern not in BOUNDED_PATTERNS:
            yield path


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_text_and_list_has_a_limit(record: type[msgspec.Struct]) -> None:
    assert [*unlimited(mi.type_info(record), record.__name__)] == []


@pytest.mark.parametrize("pattern", BOUNDED_PATTERNS)
def test_a_pattern_that_stands_for_a_limit_has_no_repetition_without_end(pattern: str) -> None:
    assert not re.search(r"[*+]", re.sub(r"\[.*?\]", "", pattern))


def test_weights_that_sum_to_1_but_for_rounding_are_accepted() -> None:
    tenths = {f"d{n}": {"weight": 0.1} for n in range(10)}
    assert msgspec.convert({"version": "r", "dimensions": tenths}, Rubric).version == "r"
    thirds = {f"d{n}": {"weight": 0.3333333333} for n in range(3)}
    assert msgspec.convert({"version": "r", "dimensions": thirds}, Rubric).version == "r"
