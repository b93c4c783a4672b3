"""What is named as a regression: falls that are large and no accident, and in simulated weeks nothing else."""

import random
from functools import partial

import pytest
from msgspec.structs import replace

from lake.regressions import regressions
from schemas.curation import Measure, Regression
from schemas.keys.grammar import Phase
from schemas.models import CuratedRun

TURNS = {Phase.P0: 10, Phase.P1: 15, Phase.P2: 20, Phase.P3: 40}
MODELS = [f"model-{n:02}" for n in range(24)]
# Half-lives scatter by a quarter of their mean, and one run in five is not broken at the end of its phase.
SCATTER = 0.25
MEAN = 1 / (1 + 0.8416 * SCATTER)


def curated(
    model: str = "a", phase: Phase = Phase.P2, half_life: int | None = None, compliant: int = 16, seed: str = "s"
) -> CuratedRun:
    turns = TURNS[phase]
    return CuratedRun(
        model=model,
        phase=phase,
        run_id="01HQVZ3K9X1234567890ABCDEF",
        seed_id=seed,
        dt="2025-11-05",
        turns_count=turns,
        last_turn=turns,
        half_life_turn=half_life,
        compliant_turns=compliant,
        mean_score=8,
        prompt_tokens=1,
        completion_tokens=1,
        source_key="raw/x",
    )


def simulated(rng: random.Random, models: list[str], *, lost: str = "", loss: float = 0.3) -> list[CuratedRun]:
    """Return a week of twelve runs a cell, in which one model may lose a share of its half-lives."""
    return [
        curated(model, phase, drawn(rng, turns, loss if model == lost else 0), turns // 2, f"seed-{n % 10}")
        for model in models
        for phase, turns in TURNS.items()
        for n in range(12)
    ]


def drawn(rng: random.Random, turns: int, loss: float) -> int | None:
    mean = MEAN * turns * (1 - loss)
    half_life = max(3, round(rng.gauss(mean, SCATTER * mean)))
    return half_life if half_life <= turns else None


def named(now: list[CuratedRun], before: list[CuratedRun]) -> list[Regression]:
    return regressions(now, before, TURNS)


def test_of_identical_weeks_at_most_one_in_twenty_names_anything() -> None:
    rng = random.Random(20251105)
    weeks = [named(simulated(rng, MODELS), simulated(rng, MODELS)) for _ in range(40)]
    assert sum(map(bool, weeks)) <= 2


def test_a_model_that_loses_three_tenths_of_its_half_lives_is_named_in_four_weeks_of_five() -> None:
    rng = random.Random(20251112)
    weeks = [named(simulated(rng, MODELS, lost=MODELS[3]), simulated(rng, MODELS)) for _ in range(10)]
    found = [{regression.model for regression in week} for week in weeks]
    assert sum(MODELS[3] in models for models in found) >= 8
    assert sum(len(models - {MODELS[3]}) for models in found) <= 1


def test_more_runs_that_break_late_are_a_regression_although_the_mean_of_the_broken_rises() -> None:
    before = [curated(half_life=8) for _ in range(3)] + [curated() for _ in range(17)]
    now = [curated(half_life=8) for _ in range(3)] + [curated(half_life=12) for _ in range(17)]
    (found,) = named(now, before)
    assert (found.measure, found.runs, found.runs_before) == (Measure.HALF_LIFE, 20, 20)
    assert found.before == pytest.approx(0.15 * 8 + 0.85 * 20)
    assert found.now == pytest.approx(0.15 * 8 + 0.85 * 12)
    assert found.effect == pytest.approx(0.85 * -8)
    assert found.low < found.effect < found.high < 0
    assert not named(before, now)


def test_compliance_is_compared_too() -> None:
    rng = random.Random(7)
    before, now = ([curated(compliant=mean + rng.randint(-1, 1)) for _ in range(12)] for mean in (18, 12))
    (found,) = named(now, before)
    assert found.measure is Measure.COMPLIANCE
    assert found.effect == pytest.approx(-0.3, abs=0.05)
    assert found.low < found.effect < found.high


@pytest.mark.parametrize(
    ("half_lives", "before"),
    [
        ([10, 11], [18, 19]),  # large, but two runs of each prove nothing
        ([17] * 30, [18] * 30),  # certain, but small
        ([18] * 12, [10] * 12),  # a rise
        ([15] * 12, [15] * 12),
    ],
)
def test_what_is_small_or_uncertain_is_not_named(half_lives: list[int], before: list[int]) -> None:
    runs = partial(map, lambda half_life: curated(half_life=half_life))
    assert named([*runs(half_lives)], [*runs(before)]) == []


def test_only_the_phases_that_fell_are_named() -> None:
    before = [curated(phase=phase, half_life=TURNS[phase]) for phase in TURNS for _ in range(12)]
    now = [replace(run, half_life_turn=5) if run.phase is Phase.P3 else run for run in before]
    assert [found.phase for found in named(now, before)] == [Phase.P3]


def test_a_cell_without_a_counterpart_or_a_plan_is_not_compared() -> None:
    fell = [curated(half_life=5) for _ in range(12)]
    held = [curated() for _ in range(12)]
    assert regressions(fell, [replace(run, model="b") for run in held], TURNS) == []
    assert regressions(fell, held, {}) == []
    assert regressions([], held, TURNS) == regressions(fell, [], TURNS) == []


def test_same_runs_give_the_same_answer() -> None:
    rng = random.Random(5)
    now, before = simulated(rng, MODELS[:2], lost=MODELS[0]), simulated(rng, MODELS[:2])
    assert named(now, before) == named(now, before) != []
