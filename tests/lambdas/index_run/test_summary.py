import subprocess
import sys
from decimal import Decimal

import pytest

from lambdas.index_run.summary import UNREAD_LINES, Item, ObjectVersion, item_metrics, run_item
from schemas.names import Metric
from schemas.run_index import Attribute, RunStatus
from tests.lambdas.index_run.turns import RAW_KEY, RUN_ID, SURROUNDINGS, line


def item_of(content: bytes, key: str = str(RAW_KEY), sequencer: str | None = "0A") -> Item:
    return run_item(ObjectVersion(key, "v1", "etag", len(content), sequencer), [content], SURROUNDINGS)


def test_a_good_run_is_described_by_every_attribute() -> None:
    scores = {1: 9, 2: 8, 3: 7, 4: 6}
    lines = [line(turn, score=score) for turn, score in scores.items()]
    lines[3] = line(4, score=6, violations=["lecturing", "lecturing", "off_topic"])
    content = b"\n".join(lines)
    assert item_of(content) == {
        "run_id": RUN_ID,
        "object_key": str(RAW_KEY),
        "version_id": "v1",
        "etag": "etag",
        "size_bytes": len(content),
        "sequencer": "0A",
        "indexed_at": "2025-11-06T12:00:00Z",
        "dt": "2025-11-05",
        "day": "2025-11-05",
        "week": "2025-W45",
        "model": "claude-3.5-sonnet",
        "phase": "P2",
        "week_phase": "2025-W45#P2",
        "registered_model": True,
        "projected": True,
        "status": "ok",
        "turn_count": 4,
        "invalid_lines": 0,
        "invalid_reasons": {},
        "mean_score": Decimal("7.5"),
        "compliance_rate": Decimal("0.5"),
        "half_life_turn": 4,
        "violation_counts": {"lecturing": 1, "off_topic": 1},
        "prompt_tokens": 400,
        "completion_tokens": 80,
        "first_turn_at": "2025-11-05T12:01:00Z",
        "last_turn_at": "2025-11-05T12:04:00Z",
    }
    assert set(item_of(content)) == set(Attribute)


def test_an_attribute_without_a_value_is_left_out() -> None:
    item = item_of(line(), sequencer=None)
    assert Attribute.HALF_LIFE_TURN not in item
    assert Attribute.SEQUENCER not in item


def test_numbers_are_rounded_to_six_places() -> None:
    item = item_of(b"\n".join(line(turn, score=score) for turn, score in [(1, 8), (2, 8), (4, 7)]))
    assert item[Attribute.COMPLIANCE_RATE] == Decimal("0.666667")
    assert item[Attribute.MEAN_SCORE] == Decimal("7.666667")


def test_bad_lines_make_the_run_partial_and_are_counted_by_reason() -> None:
    item = item_of(b"\n".join([line(1), b"{", b"", line(2, model="gpt-4"), line(3, score=11), b"not json", line(4)]))
    assert item[Attribute.STATUS] == RunStatus.PARTIAL
    assert item[Attribute.TURN_COUNT] == 2
    assert item[Attribute.INVALID_LINES] == 4
    assert item[Attribute.INVALID_REASONS] == {"malformed": 2, "key_mismatch": 1, "invalid_value:score": 1}


def test_the_first_valid_line_of_a_turn_counts() -> None:
    item = item_of(b"\n".join([line(1, score=11), line(1, score=9), line(1, score=1)]))
    assert item[Attribute.TURN_COUNT] == 1
    assert item[Attribute.MEAN_SCORE] == 9


@pytest.mark.parametrize(
    ("content", "invalid_lines", "reasons"),
    [
        (b"", 0, {"empty_object": 1}),
        (b"\xef\xbb\xbf\r\n \n\t", 0, {"empty_object": 1}),
        (b"{}\n[]", 2, {"missing_field:run_id": 1, "wrong_type": 1}),
    ],
)
def test_an_object_without_a_good_line_is_invalid(
    content: bytes, invalid_lines: int, reasons: dict[str, int]
) -> None:
    item = item_of(content)
    assert item[Attribute.STATUS] == RunStatus.INVALID
    assert item[Attribute.INVALID_LINES] == invalid_lines
    assert item[Attribute.INVALID_REASONS] == reasons
    assert not {Attribute.MEAN_SCORE, Attribute.COMPLIANCE_RATE, Attribute.FIRST_TURN_AT} & set(item)
    assert item[Attribute.WEEK] == "2025-W45"


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (f"raw/dt=2025-11-05/model=a/phase=P0/{RUN_ID[:-1]}.jsonl", "bad_key:run_id"),
        (f"raw/dt=2025-02-30/model=a/phase=P0/{RUN_ID}.jsonl", "bad_key:dt"),
        (f"raw/dt=2025-11-05/model=A b+%/phase=P0/{RUN_ID}.jsonl", "bad_key:model"),
        (f"raw/dt=2025-11-05/model=é/phase=P9/{RUN_ID}.jsonl", "bad_key:model"),
        ("raw/stray.jsonl", "bad_key"),
    ],
)
def test_a_bad_key_is_indexed_as_invalid_outside_the_secondary_indexes(key: str, reason: str) -> None:
    item = item_of(line(), key)
    assert item[Attribute.STATUS] == RunStatus.INVALID
    assert item[Attribute.INVALID_REASONS] == {reason: 1}
    assert item[Attribute.OBJECT_KEY] == key
    assert str(item[Attribute.RUN_ID]).startswith("!")
    assert len(str(item[Attribute.RUN_ID])) == len(RUN_ID)
    indexed = {Attribute.DT, Attribute.WEEK, Attribute.MODEL, Attribute.PHASE, Attribute.WEEK_PHASE}
    assert not indexed & set(item)


@pytest.mark.parametrize(
    ("key", "registered", "projected"),
    [
        (str(RAW_KEY).replace(RAW_KEY.model, "gpt-4-turbo"), False, True),
        (str(RAW_KEY).replace("2025-11-05", "2024-12-31"), True, False),
        (str(RAW_KEY).replace("2025-11-05", "2025-11-07"), True, True),
        (str(RAW_KEY).replace("2025-11-05", "2025-11-08"), True, False),
    ],
)
def test_what_athena_would_not_see_is_flagged(key: str, *, registered: bool, projected: bool) -> None:
    item = item_of(b"", key)
    assert item[Attribute.REGISTERED_MODEL] is registered
    assert item[Attribute.PROJECTED] is projected
    metrics = item_metrics(item)
    assert metrics[Metric.UNREGISTERED_MODELS] == (not registered)
    assert metrics[Metric.UNPROJECTED_RUNS] == (not projected)


def test_metrics_count_what_the_item_says() -> None:
    partial = item_metrics(item_of(b"\n".join([line(1), line(2), b"{"])))
    assert partial == {
        Metric.RUNS: 1,
        Metric.TURNS: 2,
        Metric.INVALID_LINES: 1,
        Metric.INVALID_RUNS: 0,
        Metric.UNREGISTERED_MODELS: 0,
        Metric.UNPROJECTED_RUNS: 0,
    }
    invalid = item_metrics(item_of(b"", "raw/stray.jsonl"))
    assert invalid[Metric.INVALID_RUNS] == 1
    assert invalid[Metric.UNREGISTERED_MODELS] == 0


def test_reading_ends_after_so_many_invalid_lines_that_no_run_can_be_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdas.index_run.summary.MAX_INVALID_LINES", 3)
    item = item_of(b"\n".join([line(1), *[b"{}"] * 3, line(2)]))
    assert item[Attribute.TURN_COUNT] == 1
    assert item[Attribute.INVALID_LINES] == 3
    assert item[Attribute.INVALID_REASONS] == {"missing_field:run_id": 3, "unread_lines": 1}
    assert UNREAD_LINES not in str(item_of(b"\n".join([line(1), *[b"{}"] * 2, line(2)])))


STREAM_A_GIGABYTE = """
import pathlib, resource, sys
from lambdas.index_run.summary import ObjectVersion, run_item
from tests.lambdas.index_run.turns import RAW_KEY, SURROUNDINGS, line

many = b"".join(line(turn, user_text="courage " * 1000) + b"\\n" for turn in range(1, 101))
chunks = (many for _ in range(1000))
long = (b"x" * (1 << 20) for _ in range(200))
stream = (chunk for part in (chunks, long) for chunk in part)
item = run_item(ObjectVersion(str(RAW_KEY), "v", "e", 1 << 30), stream, SURROUNDINGS)
print(item["turn_count"], item["invalid_reasons"]["oversized"])
if sys.platform == "linux":  # where ru_maxrss outlives exec, so it would be the test runner's
    [peak] = [line.split()[1] for line in pathlib.Path("/proc/self/status").open() if line.startswith("VmHWM")]
    print(int(peak) * 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_a_gigabyte_with_an_endless_line_is_indexed_in_bounded_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STREAM_A_GIGABYTE], capture_output=True, text=True, check=True, timeout=100
    )
    figures, peak_bytes = done.stdout.splitlines()
    assert figures == "100 1"
    assert int(peak_bytes) < 256 * 1024 * 1024


def test_an_object_with_a_bad_key_has_a_day_of_its_own() -> None:
    assert item_of(b"", key="raw/dt=2025-11-05/x.jsonl")["day"] == "!"
