"""What a sample expects of its objects, verified by the readers that the lake itself uses."""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import mean

import msgspec
import pytest

from lake.lines import iter_lines
from lake.records import RecordError
from lake.scoring import compliance_rate, first_of_each_turn, half_life_turn, read_turn
from ops.sample import SampleObject, SampleOptions, generate
from ops.sample.defects import KEY_DEFECTS, LINE_DEFECTS, ODDITIES, LineDefect, damaged_key
from ops.sample.plan import plan_runs
from ops.sample.turns import make_turns
from schemas.keys.grammar import KeyGrammarError, Phase
from schemas.keys.layout import RawKey, ScoreKey
from schemas.keys.weeks import Week
from schemas.models import RunSummary, Turn
from schemas.registry.models_file import load_models
from schemas.run_index import RunStatus

PRICES = load_models()
# One that has a price and one that has none, whatever else the registry comes to hold.
PRICED, UNPRICED = "claude-3.5-sonnet", "gpt-4-turbo"
OPTIONS = SampleOptions(
    weeks=(Week(2025, 45), Week(2026, 1)), models=(PRICED, UNPRICED), runs=4, bad_lines=0.05, bad_keys=0.2
)
PLAIN = SampleOptions(weeks=(Week(2025, 45),), models=(PRICED,), runs=2)


def digest(options: SampleOptions) -> str:
    digest = hashlib.sha256()
    for sample in generate(options, prices=PRICES):
        digest.update(sample.key.encode() + b"\0" + sample.body + b"\0")
    return digest.hexdigest()


def raw(options: SampleOptions) -> list[SampleObject]:
    return [sample for sample in generate(options, prices=PRICES) if sample.expected_status]


def read(sample: SampleObject) -> tuple[list[Turn], Counter[str]]:
    key = RawKey.parse(sample.key)
    turns, reasons = [], Counter[str]()
    # In small chunks, so that lines straddle them.
    chunks = (sample.body[at : at + 4_096] for at in range(0, len(sample.body), 4_096))
    for _, line in iter_lines(chunks):
        try:
            turns.append(read_turn(line, key))
        except RecordError as error:
            reasons[error.reason] += 1
    return list(first_of_each_turn(turns)), reasons


def test_same_options_give_the_same_bytes() -> None:
    assert digest(OPTIONS) == digest(OPTIONS)


def test_bytes_do_not_change_unnoticed() -> None:
    # Benchmarks of different days are comparable as long as this holds; change it knowingly.
    assert (
        digest(SampleOptions(weeks=(Week(2025, 45),), models=("m",), runs=1))
        == "32d696cad2eeeb821bda21399f5272edcbf2ee92fc0584a29a1f1c588e3a6e91"
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, seed=1),
        replace(PLAIN, weeks=(Week(2025, 46),)),
        replace(PLAIN, models=("x",)),
        replace(PLAIN, turns=(10, 41)),
    ],
    ids=["seed", "weeks", "models", "turns"],
)
def test_other_options_give_other_bytes(other: SampleOptions) -> None:
    assert digest(other) != digest(PLAIN)


def test_every_raw_object_is_as_expected() -> None:
    statuses = Counter[RunStatus]()
    for sample in raw(OPTIONS):
        try:
            turns, reasons = read(sample)
        except KeyGrammarError:
            turns, reasons = [], Counter()
        status = RunStatus.INVALID if not turns else RunStatus.PARTIAL if reasons else RunStatus.OK
        assert (sample.expected_status, sample.expected_turns) == (status, len(turns)), sample.key
        assert sample.expected_invalid_lines == reasons.total(), sample.key
        statuses[status] += 1
    assert min(statuses[status] for status in RunStatus) > 3


@pytest.mark.parametrize("defect", LINE_DEFECTS, ids=[f"{n}-{it.reason}" for n, it in enumerate(LINE_DEFECTS)])
def test_each_line_defect_is_found_for_its_reason(defect: LineDefect) -> None:
    (plan, *_) = plan_runs(PLAIN)
    line = defect.damage(next(make_turns(plan)))
    with pytest.raises(RecordError) as raised:
        read_turn(line, plan.key)
    assert raised.value.reason == defect.reason
    assert b"\n" not in line


@pytest.mark.parametrize("defect", KEY_DEFECTS, ids=[f"{n}-{part}" for n, (part, _) in enumerate(KEY_DEFECTS)])
def test_each_key_defect_breaks_the_grammar_in_its_part(defect: tuple[str, Callable[[str], str]]) -> None:
    key = RawKey.parse("raw/dt=2025-11-05/model=claude-3.5-sonnet/phase=P0/01HQVZ3K9X1234567890ABCDEF.jsonl")
    damaged = damaged_key(key, defect)
    # The notification's filter must still let it through.
    assert damaged.startswith("raw/")
    assert damaged.endswith(".jsonl")
    with pytest.raises(KeyGrammarError, match=f"{defect[0]} '"):
        RawKey.parse(damaged)


@pytest.mark.parametrize(
    "oddity", ODDITIES, ids=["bom", "crlf", "blank lines", "no line feed at the end", "repeated"]
)
def test_each_oddity_is_accepted(oddity: Callable[[Sequence[bytes], Sequence[bytes]], bytes]) -> None:
    (plan, *_) = plan_runs(PLAIN)
    lines = [msgspec.json.encode(turn) for turn in make_turns(plan)]
    turns, reasons = read(SampleObject(str(plan.key), oddity(lines, lines)))
    assert len(turns) == plan.turns
    assert not reasons
    assert oddity(lines, lines) != b"\n".join(lines) + b"\n"


def test_one_share_of_bad_keys_shows_every_kind_and_an_empty_object() -> None:
    options = SampleOptions(
        weeks=(Week(2025, 45),), models=(PRICED,), phases=(Phase.P0,), runs=len(KEY_DEFECTS) + 1, bad_keys=1
    )
    samples = raw(options)
    assert sum(not sample.body for sample in samples) == 1
    assert len({sample.key for sample in samples}) == len(samples)
    assert {sample.expected_status for sample in samples} == {RunStatus.INVALID}


def test_one_share_of_bad_lines_leaves_none_good() -> None:
    samples = raw(replace(PLAIN, bad_lines=1.0))
    assert {sample.expected_status for sample in samples} == {RunStatus.INVALID}
    assert all(sample.expected_invalid_lines >= 10 for sample in samples)


def test_shares_are_about_what_was_asked_for() -> None:
    options = SampleOptions(weeks=(Week(2025, 45),), models=("m",), runs=100, turns=(10, 10), bad_lines=0.1)
    assert 0.08 < mean(sample.expected_invalid_lines / 10 for sample in raw(options)) < 0.12


def test_damage_leaves_the_good_lines_as_they_are() -> None:
    whole = {sample.key: read(sample)[0] for sample in raw(PLAIN)}
    for sample in raw(replace(PLAIN, bad_lines=0.2)):
        turns, _ = read(sample)
        assert turns
        assert all(turn in whole[sample.key] for turn in turns)


def test_summaries_agree_with_the_runs_they_sum_up() -> None:
    samples = list(generate(PLAIN, prices=PRICES))
    for run, summary in zip(samples[::2], samples[1::2], strict=True):
        assert summary.expected_status is None
        assert summary.body.count(b"\n") == 1
        key = RawKey.parse(run.key)
        assert ScoreKey.parse(summary.key) == ScoreKey(key.dt, key.run_id)
        record = msgspec.json.decode(summary.body, type=RunSummary)
        turns, _ = read(run)
        scores = {turn.turn: turn.score for turn in turns}
        assert (record.run_id, record.model, record.phase) == (key.run_id, key.model, key.phase)
        assert record.half_life_turn == half_life_turn(scores)
        assert record.compliance_rate == compliance_rate(scores)
        assert record.mean_score == math.fsum(scores.values()) / len(scores)
        assert record.total_turns == len(turns)
        assert record.leading_rate == mean("leading_question" in turn.violations for turn in turns)


def test_summary_costs_tokens_at_the_registrys_prices_and_nothing_without() -> None:
    (_, priced, *_) = generate(PLAIN, prices=PRICES)
    (run, unpriced, *_) = generate(PLAIN, prices={})
    cost = msgspec.json.decode(priced.body, type=RunSummary).token_cost_estimate
    turns, _ = read(run)
    assert cost is not None
    assert cost.usd == pytest.approx(
        sum(turn.cost_tokens_prompt * 3.0 + turn.cost_tokens_completion * 15.0 for turn in turns) / 1e6
    )
    assert msgspec.json.decode(unpriced.body, type=RunSummary).token_cost_estimate is None
