"""Permutation tests and the false discovery rate, against scipy, and what they claim."""

import random

import pytest
from hypothesis import given, strategies as st
from scipy import stats

from lake.significance import Block, adjusted, p_value_of_fall, paired

FIGURES = st.lists(st.floats(-10, 10).map(lambda value: round(value, 2)), min_size=3, max_size=12)


def sample(rng: random.Random, mean: float, size: int, *, scale: float = 1) -> list[float]:
    return [rng.gauss(mean, scale) for _ in range(size)]


@pytest.mark.parametrize("fall", [0, 0.5, 1, 2])
def test_two_samples_are_as_extreme_as_scipy_finds_them(fall: float) -> None:
    rng = random.Random(f"figures {fall}")
    now, before = sample(rng, -fall, 9), sample(rng, 0, 9)
    expected = stats.permutation_test(
        (now, before), lambda x, y: sum(x) / len(x) - sum(y) / len(y), alternative="less", n_resamples=20_000, rng=1
    ).pvalue
    found = p_value_of_fall([[Block(now, before)]], seed="w")
    # A large p-value is of few draws: what counts is that it is large.
    assert found == pytest.approx(expected, abs=0.02 if expected < 0.1 else 0.2)


def test_pairs_find_what_two_samples_miss() -> None:
    rng = random.Random(2)
    hard = {f"seed-{n}": rng.gauss(0, 10) for n in range(12)}
    now = [(seed, value - 1 + rng.gauss(0, 0.5)) for seed, value in hard.items()]
    before = [(seed, value + rng.gauss(0, 0.5)) for seed, value in hard.items()]
    assert p_value_of_fall([paired(now, before)], seed="w") < 0.01
    together = Block([value for _, value in now], [value for _, value in before])
    assert p_value_of_fall([[together]], seed="w") > 0.1


def test_many_runs_are_compared_by_the_normal_distribution_and_give_the_same_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = random.Random(8)
    block = Block(sample(rng, 0, 600), sample(rng, 0.1, 600))
    by_formula = p_value_of_fall([[block]], seed="w")
    monkeypatch.setattr("lake.significance._LARGE", 10_000)
    assert 0.001 < by_formula < 0.2
    assert p_value_of_fall([[block]], seed="w") == pytest.approx(by_formula, rel=0.5)


def test_a_rise_is_no_fall() -> None:
    assert p_value_of_fall([[Block([9, 9, 9], [1, 1, 1])]], seed="w") == 1


@pytest.mark.parametrize("strata", [[], [[]], [[Block([5, 5], [5, 5])]]])
def test_nothing_to_tell_apart_is_no_evidence(strata: list[list[Block]]) -> None:
    assert p_value_of_fall(strata, seed="w") == 1


def test_a_scattered_stratum_does_not_drown_an_exact_one() -> None:
    rng = random.Random(4)
    exact = [Block(sample(rng, -2, 8), sample(rng, 0, 8))]
    scattered = [Block(sample(rng, 0, 8, scale=1000), sample(rng, 0, 8, scale=1000))]
    assert p_value_of_fall([exact, scattered], seed="w") < 0.05


@given(FIGURES, FIGURES)
def test_same_figures_and_seed_give_the_same_answer(now: list[float], before: list[float]) -> None:
    strata = [[Block(now, before)]]
    assert p_value_of_fall(strata, seed="w") == p_value_of_fall(strata, seed="w")


def test_labels_of_both_weeks_make_blocks_and_the_rest_makes_one() -> None:
    now, before = [("a", 1.0), ("a", 2.0), ("b", 3.0)], [("a", 4.0), ("c", 5.0)]
    assert paired(now, before) == [Block([1, 2], [4]), Block([3], [5])]
    assert paired([("a", 1.0), ("b", 2.0)], [("a", 3.0)]) == [Block([1], [3])]
    assert paired([("a", 1.0)], []) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_are_those_of_scipy(p_values: list[float]) -> None:
    found = adjusted(dict(enumerate(p_values)))
    expected = stats.false_discovery_control(p_values)
    assert [found[n] for n in range(len(p_values))] == pytest.approx(list(expected))
