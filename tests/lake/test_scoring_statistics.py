import itertools
import math
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import example, given, strategies as st

from lake.scoring import RunStatistics, compliance_rate, first_of_each_turn, half_life_turn, read_turn
from schemas.keys.grammar import Phase
from schemas.keys.layout import RawKey
from schemas.models import Turn, Violation
from tests.schemas.examples import KEY, line


def turn_of(number: int, score: float = 8.0, **changed: object) -> Turn:
    return read_turn(line(turn=number, score=score, **changed), KEY)


SCORE = st.floats(0, 10) | st.sampled_from(
    [0.0, 7.9, math.nextafter(8, 0), 8.0, math.nextafter(8, 9), 8.1, 10.0, 7.999999999999998, 1e-300]
)
# Dense turn numbers with a few gaps, from any start.
SCORES = st.dictionaries(st.integers(1, 12), SCORE, max_size=12) | st.dictionaries(
    st.integers(190, 200), SCORE, max_size=11
)


def plain_half_life(scores: Mapping[int, float]) -> int | None:
    # An exact sum rounded once is what fsum returns; a third of it is under 8 where it is under 24.
    for turn in range(3, 201):
        if all(turn - back in scores for back in (0, 1, 2)):
            exact = sum(Fraction(scores[turn - back]) for back in (0, 1, 2))
            if float(exact) < 24:
                return turn
    return None


@given(SCORES)
@example({1: 8.0, 2: 8.0, 3: math.nextafter(8, 0)})
@example({1: 0.0, 2: 0.0, 4: 0.0, 5: 0.0})
def test_half_life_is_that_of_exact_arithmetic(scores: dict[int, float]) -> None:
    assert half_life_turn(scores) == plain_half_life(scores)


@given(SCORES.filter(bool), st.data())
def test_half_life_and_compliance_do_not_depend_on_the_order_of_lines(
    scores: dict[int, float], data: st.DataObject
) -> None:
    shuffled = dict(data.draw(st.permutations(list(scores.items()))))
    assert half_life_turn(shuffled) == half_life_turn(scores)
    assert compliance_rate(shuffled) == compliance_rate(scores)


@pytest.mark.parametrize(
    ("scores", "turn"),
    [
        ({}, None),
        ({1: 0.0, 2: 0.0}, None),
        ({1: 0.0, 2: 0.0, 3: 0.0}, 3),
        ({1: 8.0, 2: 8.0, 3: 8.0}, None),
        ({1: 9.0, 2: 8.0, 3: 7.0}, None),
        ({1: 9.0, 2: 8.0, 3: 6.9}, 3),
        ({1: 10.0, 2: 10.0, 3: 3.9, 4: 10.0}, 3),
        ({1: 0.0, 2: 0.0, 4: 0.0, 5: 0.0, 7: 0.0}, None),
        ({1: 0.0, 2: 0.0, 4: 0.0, 5: 0.0, 6: 0.0}, 6),
        ({198: 1.0, 199: 1.0, 200: 1.0}, 200),
        ({200: 1.0, 199: 1.0, 198: 1.0}, 200),
        ({3: 7.0, 2: 7.0, 1: 7.0, 4: 7.0}, 3),
        # tenths do not sum exactly: 7.9 + 8.1 + 8.0 is 24 all the same
        ({1: 7.9, 2: 8.1, 3: 8.0}, None),
        ({1: 8.1, 2: 8.0, 3: 7.9}, None),
        # a plain sum, last turn first, would fall short of 24
        ({1: 7.2, 2: 7.1, 3: 9.7}, None),
        # under 8 by less than a sum near 24 can tell
        ({1: 8.0, 2: 8.0, 3: math.nextafter(8, 0)}, None),
        ({1: 8.0, 2: 8.0, 3: 7.999999999999996}, 3),
    ],
)
def test_half_life_of_known_runs(scores: dict[int, float], turn: int | None) -> None:
    assert half_life_turn(scores) == turn


@given(SCORES.filter(bool))
def test_compliance_is_the_share_of_scores_of_8_and_more(scores: dict[int, float]) -> None:
    good = [score for score in scores.values() if not score < 8]
    assert compliance_rate(scores) == float(Fraction(len(good), len(scores)))


@pytest.mark.parametrize(("score", "rate"), [(8.0, 1.0), (math.nextafter(8, 0), 0.0), (10.0, 1.0), (0.0, 0.0)])
def test_a_score_of_exactly_8_complies(score: float, rate: float) -> None:
    assert compliance_rate({1: score}) == rate


@given(st.lists(st.tuples(st.integers(1, 5), SCORE)))
def test_of_turns_with_one_number_the_first_is_kept_and_the_order_stays(rows: list[tuple[int, float]]) -> None:
    turns = [turn_of(number, score) for number, score in rows]
    firsts = {turn.turn: turn for turn in reversed(turns)}
    assert list(first_of_each_turn(turns)) == [turn for turn in turns if firsts[turn.turn] is turn]


def test_first_of_each_turn_holds_no_turn_back() -> None:
    endless = (turn_of(number) for number in itertools.count(1))
    assert [turn.turn for turn in itertools.islice(first_of_each_turn(endless), 3)] == [1, 2, 3]


ZONES = st.sampled_from([UTC, timezone(timedelta(hours=-14)), timezone(timedelta(hours=5, minutes=30))])
ROWS = st.lists(
    st.tuples(
        st.integers(1, 200),
        SCORE,
        st.lists(st.sampled_from(Violation), max_size=4),
        st.integers(0, 10**6),
        st.integers(0, 2**63 - 1),
        st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=ZONES),  # noqa: DTZ001
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[0],
)


def statistics_of(turns: list[Turn]) -> RunStatistics:
    statistics = RunStatistics()
    for turn in turns:
        statistics.add(turn)
    return statistics


@given(ROWS, st.data())
def test_statistics_are_those_of_a_plain_computation_in_any_order(
    rows: list[tuple[int, float, list[Violation], int, int, datetime]], data: st.DataObject
) -> None:
    turns = [
        turn_of(
            number,
            score,
            violations=violations,
            cost_tokens_prompt=prompt,
            cost_tokens_completion=completion,
            timestamp=at.isoformat(),
        )
        for number, score, violations, prompt, completion, at in rows
    ]
    statistics = statistics_of(turns)
    times = [at for *_, at in rows]
    assert statistics.scores == {row[0]: row[1] for row in rows}
    assert statistics.mean_score == float(sum(Fraction(row[1]) for row in rows)) / len(rows)
    assert statistics.prompt_tokens == sum(row[3] for row in rows)
    assert statistics.completion_tokens == sum(row[4] for row in rows)
    assert (statistics.first_turn_at, statistics.last_turn_at) == (min(times), max(times))
    assert statistics.violation_counts == {
        kind: count for kind in Violation if (count := sum(kind in row[2] for row in rows))
    }
    shuffled = statistics_of(data.draw(st.permutations(turns)))
    assert shuffled == statistics
    assert shuffled.mean_score == statistics.mean_score


def test_a_violation_counts_once_a_turn() -> None:
    statistics = statistics_of(
        [
            turn_of(1, violations=["off_topic", "off_topic", "lecturing"]),
            turn_of(2, violations=["off_topic"]),
            turn_of(3),
        ]
    )
    assert statistics.violation_counts == Counter({Violation.OFF_TOPIC: 2, Violation.LECTURING: 1})


def test_times_with_and_without_a_zone_compare_in_utc() -> None:
    texts = ("2025-11-05T12:00:00", "2025-11-05T12:30:00+01:00", "2025-11-05T11:45:00Z")
    statistics = statistics_of([turn_of(number, timestamp=text) for number, text in enumerate(texts, 1)])
    assert statistics.first_turn_at.isoformat() == "2025-11-05T11:30:00+00:00"
    assert statistics.last_turn_at.isoformat() == "2025-11-05T12:00:00+00:00"


def test_the_mean_is_of_the_exact_sum() -> None:
    statistics = statistics_of([turn_of(number, 0.1) for number in range(1, 11)])
    # What adding one after the other makes of ten tenths is less, and `sum` is that before Python 3.12.
    assert statistics.mean_score == 0.1


def test_two_statistics_share_nothing() -> None:
    one = statistics_of([turn_of(1, violations=["off_topic"])])
    assert RunStatistics().scores == {}
    assert RunStatistics().violation_counts == Counter()
    assert one.scores == {1: 8.0}


def test_a_turn_read_for_another_key_of_the_same_run_is_the_same() -> None:
    later = RawKey(dt=KEY.dt.replace(day=6), model=KEY.model, phase=Phase.P2, run_id=KEY.run_id)
    assert read_turn(line(), later) == read_turn(line(), KEY)
