from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from schemas.keys.weeks import DateError, Week, WeekError, parse_date

LAST_WHOLE_WEEK = Week(9999, 51)
DATES = st.dates(date(2000, 1, 1), date(2199, 12, 31))
ALL_DATES = st.dates(max_value=date(9999, 12, 26))
WEEKS = ALL_DATES.map(Week.of)


@given(DATES)
def test_every_date_lies_in_the_days_of_its_week(day: date) -> None:
    assert day in Week.of(day).days()


@given(ALL_DATES)
def test_the_text_is_that_of_strftime_with_the_iso_year(day: date) -> None:
    iso_year, iso_number = f"{day:%G-%V}".split("-")
    assert str(Week.of(day)) == f"{iso_year:0>4}-W{iso_number}"


def test_weeks_of_two_centuries_follow_each_other_without_gap_or_overlap() -> None:
    weeks = list(Week.of(date(2000, 1, 1)).until(Week.of(date(2199, 12, 31))))
    days = [day for week in weeks for day in week.days()]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert [str(week) for week in weeks] == sorted(str(week) for week in weeks)
    assert all(day.weekday() == 0 for day in (week.monday for week in weeks))


@given(WEEKS, WEEKS)
def test_weeks_and_their_texts_order_as_time_does(one: Week, other: Week) -> None:
    assert (one < other) == (str(one) < str(other)) == (one.monday < other.monday)
    assert (one == other) == (str(one) == str(other))


@given(WEEKS)
def test_a_week_parses_back_from_its_text(week: Week) -> None:
    assert Week.parse(str(week)) == week


@given(DATES, st.integers(-1_000, 1_000))
def test_shift_moves_by_whole_weeks_and_back(day: date, weeks: int) -> None:
    week = Week.of(day)
    assert week.shift(weeks).monday == week.monday + timedelta(weeks=weeks)
    assert week.shift(weeks).shift(-weeks) == week


@given(DATES, st.integers(-3, 60))
def test_until_yields_each_week_once_both_ends_included(day: date, count: int) -> None:
    first = Week.of(day)
    expected = [first.shift(n) for n in range(count + 1)]
    assert list(first.until(first.shift(count))) == expected


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2025, 12, 29), "2026-W01"),  # data_model.md
        (date(2021, 1, 1), "2020-W53"),  # data_model.md
        (date(2021, 1, 3), "2020-W53"),
        (date(2021, 1, 4), "2021-W01"),
        (date(2024, 12, 30), "2025-W01"),
        (date(2027, 1, 1), "2026-W53"),
        (date(2025, 11, 5), "2025-W45"),
        (date(1, 1, 1), "0001-W01"),
    ],
)
def test_new_year_belongs_to_the_year_of_the_week(day: date, text: str) -> None:
    assert str(Week.of(day)) == text


@pytest.mark.parametrize("year", [2004, 2009, 2015, 2020, 2026, 2032])
def test_long_years_have_a_week_53_that_the_first_week_of_the_next_follows(year: int) -> None:
    assert Week.parse(f"{year}-W53").shift(1) == Week(year + 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2025-W60",
        "2025-45",
        "2025-W00",
        "2025-W53",
        "2021-W53",
        "2025-W1",
        "2025-W045",
        "0000-W01",
        "9999-W52",  # it ends in the year 10000
        "25-W45",
        "12025-W45",
        "2025W45",
        "2025-w45",
        "2025-W45-3",
        "2025-W45\n",
        "\n2025-W45",
        " 2025-W45",
        "2025-W45 ",
        "2025-W4\u0665",  # an Arabic-Indic digit
        "\uff12025-W45",  # a full-width digit
        "2025\u2010W45",
        "-025-W45",
        "2025-W-1",
        "2025-W+5",
        "2025-11-05",
        "",
    ],
)
def test_a_text_that_is_no_week_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(WeekError) as caught:
        Week.parse(text)
    assert "expected an ISO week YYYY-WNN that exists" in str(caught.value)
    assert repr(text) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(("year", "number"), [(2025, 0), (2025, 53), (2021, 53), (0, 1), (-1, 1), (10_000, 1)])
def test_a_week_that_does_not_exist_cannot_be_made(year: int, number: int) -> None:
    with pytest.raises(WeekError):
        Week(year, number)


@pytest.mark.parametrize(
    ("week", "weeks"), [(LAST_WHOLE_WEEK, 1), (LAST_WHOLE_WEEK, 600), (Week(1, 1), -1), (Week(1, 1), 10**9)]
)
def test_a_shift_out_of_the_calendar_is_a_week_error(week: Week, weeks: int) -> None:
    with pytest.raises(WeekError):
        week.shift(weeks)


def test_until_reaches_the_last_week_of_the_calendar() -> None:
    assert list(Week(9999, 50).until(LAST_WHOLE_WEEK)) == [Week(9999, 50), LAST_WHOLE_WEEK]


@given(ALL_DATES)
def test_a_date_parses_back_from_its_text_and_has_a_week(day: date) -> None:
    assert parse_date(str(day)) == day
    assert Week.of(parse_date(str(day))).monday <= day


@pytest.mark.parametrize(
    "text",
    [
        "20251105",
        "2025-W45-3",
        "2025-11-5",
        "2025-11-31",
        "2025-02-29",
        "2025-13-01",
        "2025-00-01",
        "0000-01-01",
        "2025-11-05\n",
        "2025-11-05T00:00:00",
        " 2025-11-05",
        "2025-11-0\u0665",
        "2025/11/05",
        "05-11-2025",
        "9999-12-27",  # its week ends in the year 10000
        "9999-12-31",
        "",
    ],
)
def test_a_text_that_is_no_date_of_a_whole_week_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_date(text)
    assert "expected a calendar date YYYY-MM-DD" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
