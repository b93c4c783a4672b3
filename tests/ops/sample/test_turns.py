import math
import zlib
from itertools import pairwise
from statistics import mean

import msgspec
import pytest

from lake.scoring import compliance_rate, half_life_turn
from ops.sample import SampleOptions
from ops.sample.formulas import base_score, csd_overall, final_score
from ops.sample.plan import RunPlan, plan_runs
from ops.sample.turns import make_turns
from schemas.keys.grammar import Phase
from schemas.keys.weeks import Week
from schemas.models import Turn

OPTIONS = SampleOptions(weeks=(Week(2025, 45),), models=("claude-3.5-sonnet",), runs=20)


@pytest.fixture(scope="module")
def runs() -> list[tuple[RunPlan, list[Turn]]]:
    return [(plan, list(make_turns(plan))) for plan in plan_runs(OPTIONS)]


@pytest.fixture(scope="module")
def turns(runs: list[tuple[RunPlan, list[Turn]]]) -> list[Turn]:
    return [turn for _, run in runs for turn in run]


def lines(turns: list[Turn]) -> list[bytes]:
    return [msgspec.json.encode(turn) for turn in turns]


def test_scores_follow_the_formulas(turns: list[Turn]) -> None:
    for turn in turns:
        scorer = turn.judge or turn.heuristic
        base = base_score(scorer.form, scorer.substance, scorer.purity)
        assert scorer.score == base
        csd = turn.csd_subscores
        assert turn.score == final_score(base, csd.overall if csd else None)
        if csd:
            assert csd.overall == csd_overall({**msgspec.structs.asdict(csd)})


def test_context_sensitive_depth_begins_at_p1(turns: list[Turn]) -> None:
    assert {turn.phase for turn in turns if turn.csd_subscores is None} == {Phase.P0}


def test_a_judge_scores_the_unsure_turns_alone(turns: list[Turn]) -> None:
    judged = [turn.heuristic.confidence for turn in turns if turn.judge]
    unjudged = [turn.heuristic.confidence for turn in turns if not turn.judge]
    assert max(judged) < min(unjudged)
    assert 0.3 < len(judged) / len(turns) < 0.9


def test_turns_are_numbered_timed_and_grow_their_context(runs: list[tuple[RunPlan, list[Turn]]]) -> None:
    for plan, run in runs:
        assert [turn.turn for turn in run] == list(range(1, plan.turns + 1))
        for before, after in pairwise(run):
            assert before.timestamp < after.timestamp
            assert before.window_tokens < after.window_tokens
        assert run[-1].timestamp.date() == plan.key.dt


def test_lines_have_the_size_of_real_ones(turns: list[Turn]) -> None:
    sizes = [len(line) for line in lines(turns)]
    assert min(sizes) > 1_000
    assert max(sizes) < 6_500
    assert 2_500 < mean(sizes) < 4_500


def test_text_compresses_like_prose(runs: list[tuple[RunPlan, list[Turn]]]) -> None:
    ratios = []
    for _, run in runs:
        body = b"\n".join(lines(run))
        ratios.append(len(body) / len(zlib.compress(body)))
    assert 3.0 < mean(ratios) < 4.0


def test_text_holds_more_than_ascii(turns: list[Turn]) -> None:
    share = mean(not turn.user_text.isascii() for turn in turns)
    assert 0.1 < share < 0.99


def test_pressure_lowers_scores_compliance_and_half_life(runs: list[tuple[RunPlan, list[Turn]]]) -> None:
    cells: dict[Phase, list[dict[int, float]]] = {phase: [] for phase in Phase}
    for plan, run in runs:
        cells[plan.phase].append({turn.turn: turn.score for turn in run})
    compliance = [mean(map(compliance_rate, cells[phase])) for phase in Phase]
    # A run without a half-life outlives every turn there can be.
    half_lives = [mean(half_life_turn(scores) or 201 for scores in cells[phase]) for phase in Phase]
    assert compliance == sorted(compliance, reverse=True)
    assert half_lives == sorted(half_lives, reverse=True)
    assert compliance[0] - compliance[-1] > 0.2


def test_quality_decays_over_the_turns_and_violations_rise(runs: list[tuple[RunPlan, list[Turn]]]) -> None:
    p3 = [run for plan, run in runs if plan.phase is Phase.P3]
    first = [turn for run in p3 for turn in run if turn.turn <= 5]
    late = [turn for run in p3 for turn in run if turn.turn > 20]
    assert math.fsum(turn.score for turn in first) / len(first) > math.fsum(t.score for t in late) / len(late) + 0.5
    assert mean(len(turn.violations) for turn in first) < mean(len(turn.violations) for turn in late)


def test_models_differ() -> None:
    options = SampleOptions(
        weeks=(Week(2025, 45),), models=("claude-3.5-sonnet", "gpt-4-turbo"), phases=(Phase.P3,), runs=20
    )
    scores: dict[str, list[float]] = {}
    for plan in plan_runs(options):
        scores.setdefault(plan.model, []).extend(turn.score for turn in make_turns(plan))
    first, second = scores.values()
    assert abs(mean(first) - mean(second)) > 0.2
