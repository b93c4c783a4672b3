from datetime import UTC, date, datetime

import pytest

from lambdas.reconcile_daily.curation import curation_age, end_of, whole_weeks
from schemas.keys.weeks import Week

WEEK = Week(2025, 45)
NOW = datetime(2025, 11, 19, 12, tzinfo=UTC)  # a Wednesday, of 2025-W47


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (date(2025, 11, 3), ["2025-W45", "2025-W46"]),
        (date(2025, 11, 4), ["2025-W46"]),
        (date(2025, 11, 11), []),
        (date(2025, 11, 19), []),
    ],
)
def test_whole_weeks_lie_between_the_day_and_now(since: date, expected: list[str]) -> None:
    assert [str(week) for week in whole_weeks(since, NOW)] == expected


@pytest.mark.parametrize(
    ("complete", "expected"),
    [
        ({WEEK: True, WEEK.shift(1): True}, 2.5),
        ({WEEK: True, WEEK.shift(1): False}, 9.5),
        ({WEEK: False, WEEK.shift(1): True}, 2.5),
        ({WEEK: False, WEEK.shift(1): False}, 16.5),
        ({}, 16.5),
    ],
)
def test_the_curation_is_as_old_as_the_newest_week_that_is_complete(
    complete: dict[Week, bool], expected: float
) -> None:
    assert curation_age(complete, since=date(2025, 11, 3), now=NOW) == expected


def test_a_healthy_curation_is_never_older_than_eight_days() -> None:
    just_before_the_next = datetime(2025, 11, 17, 12, tzinfo=UTC)
    assert curation_age({WEEK: True, WEEK.shift(1): False}, since=date(2025, 11, 3), now=just_before_the_next) == 7.5


def test_a_week_ends_when_the_next_begins() -> None:
    assert end_of(WEEK) == datetime(2025, 11, 10, tzinfo=UTC)
