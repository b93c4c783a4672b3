"""The restricted mean and its error, against lifelines, and what must hold of them whatever the runs."""

import math
import statistics
from collections import Counter

import pytest
from hypothesis import given, settings, strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from lake.survival import Ending, Endings, pseudo_turns, restricted_mean

LIMIT = 20
ENDINGS = st.builds(Ending, st.integers(1, LIMIT + 5), st.booleans())
CELLS = st.lists(ENDINGS, min_size=1, max_size=40)


def fitted(endings: list[Ending]) -> KaplanMeierFitter:
    return KaplanMeierFitter().fit([ending.turn for ending in endings], [ending.broken for ending in endings])


def breaks(*turns: int) -> Endings:
    return Counter(Ending(turn, broken=True) for turn in turns)


# lifelines takes a tenth of a second a fit.
@settings(max_examples=10)
@given(CELLS)
def test_the_mean_is_that_of_lifelines(endings: list[Ending]) -> None:
    expected = restricted_mean_survival_time(fitted(endings), t=LIMIT)
    assert restricted_mean(Counter(endings), limit=LIMIT).mean == pytest.approx(expected)


@given(st.lists(st.integers(1, LIMIT + 5), min_size=2, max_size=40))
def test_without_censoring_the_error_is_that_of_the_mean_of_turns(turns: list[int]) -> None:
    error = statistics.pstdev(min(turn, LIMIT) for turn in turns) / math.sqrt(len(turns))
    assert restricted_mean(breaks(*turns), limit=LIMIT).standard_error == pytest.approx(error)


def test_the_error_is_greenwoods() -> None:
    # Three of four are left after turn 5, one is last seen at 6, one of the two left breaks at 10.
    endings = Counter(
        [Ending(5, broken=True), Ending(6, broken=False), Ending(10, broken=True), Ending(20, broken=False)]
    )
    after_5, after_10 = 0.75 * 5 + 0.375 * 10, 0.375 * 10
    found = restricted_mean(endings, limit=LIMIT)
    assert found.mean == pytest.approx(5 + after_5)
    assert found.standard_error == pytest.approx(math.sqrt(after_5**2 / (4 * 3) + after_10**2 / (2 * 1)))


def test_a_later_break_of_more_runs_is_no_improvement() -> None:
    unbroken = Counter({Ending(LIMIT, broken=False): 7})
    week = breaks(8, 8, 8) + unbroken
    worse = breaks(8, 8, 8, *[19] * 7)
    assert restricted_mean(worse, limit=LIMIT).mean < restricted_mean(week, limit=LIMIT).mean


@given(st.integers(1, 50), st.integers(1, 40))
def test_runs_that_never_break_hold_out_to_the_limit(runs: int, last_turn: int) -> None:
    endings = Counter({Ending(last_turn, broken=False): runs})
    assert restricted_mean(endings, limit=LIMIT).mean == LIMIT


@given(CELLS, st.data())
def test_a_break_that_becomes_censored_at_the_same_turn_or_later_never_lowers_the_mean(
    endings: list[Ending], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(endings) - 1))
    held_out = Ending(endings[at].turn + data.draw(st.integers(0, 5)), broken=False)
    changed = [*endings[:at], held_out, *endings[at + 1 :]]
    before, after = (restricted_mean(Counter(runs), limit=LIMIT).mean for runs in (endings, changed))
    assert after >= before - 1e-9 or not endings[at].broken


@given(st.lists(st.integers(1, LIMIT), min_size=1, max_size=30), st.data())
def test_breaking_later_never_lowers_the_mean_where_no_run_is_censored(turns: list[int], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(turns) - 1))
    later = [*turns[:at], turns[at] + data.draw(st.integers(0, 10)), *turns[at + 1 :]]
    assert (
        restricted_mean(breaks(*later), limit=LIMIT).mean >= restricted_mean(breaks(*turns), limit=LIMIT).mean - 1e-9
    )


@given(st.lists(CELLS, min_size=1, max_size=4))
def test_neither_order_nor_cuts_into_parts_change_a_bit(parts: list[list[Ending]]) -> None:
    runs = [ending for part in parts for ending in part]
    added: Endings = Counter()
    for part in reversed(parts):
        added += Counter(part)
    assert restricted_mean(added, limit=LIMIT) == restricted_mean(Counter(runs), limit=LIMIT)
    assert restricted_mean(Counter(reversed(runs)), limit=LIMIT) == restricted_mean(Counter(runs), limit=LIMIT)


@pytest.mark.parametrize("ending", [Ending(4, broken=True), Ending(4, broken=False)])
def test_a_single_run_has_no_error(ending: Ending) -> None:
    assert restricted_mean(Counter([ending]), limit=LIMIT).standard_error is None


@given(st.lists(st.integers(1, LIMIT + 5), min_size=1, max_size=30))
def test_a_run_contributes_its_own_turns_where_none_is_censored(turns: list[int]) -> None:
    contributed = pseudo_turns(breaks(*turns), limit=LIMIT)
    assert contributed == {Ending(turn, broken=True): pytest.approx(min(turn, LIMIT)) for turn in turns}


def test_a_censored_run_contributes_more_than_it_was_seen_for() -> None:
    endings = Counter([Ending(5, broken=False), Ending(10, broken=True), Ending(20, broken=False)])
    assert pseudo_turns(endings, limit=LIMIT)[Ending(5, broken=False)] > 5


@pytest.mark.parametrize(("half_life", "expected"), [(None, Ending(12, broken=False)), (7, Ending(7, broken=True))])
def test_a_run_ends_where_it_breaks_or_was_last_seen(half_life: int | None, expected: Ending) -> None:
    assert Ending.of(half_life=half_life, last_turn=12) == expected
