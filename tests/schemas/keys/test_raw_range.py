from datetime import date

import pytest
from hypothesis import given, strategies as st

from schemas.keys.raw_range import RawRange, RawRangeError

MONDAY, SUNDAY = date(2025, 11, 3), date(2025, 11, 9)


def key(day: str, name: str = "model=m/phase=P0/r.jsonl") -> str:
    return f"raw/dt={day}/{name}"


@pytest.mark.parametrize("inside", [key("2025-11-03", "a"), key("2025-11-05"), key("2025-11-09", "~é😀")])
def test_days_are_whole_and_both_included(inside: str) -> None:
    assert inside in RawRange.days(MONDAY, SUNDAY)


@pytest.mark.parametrize("outside", [key("2025-11-02", "~"), key("2025-11-10", "a"), "raw/stray.jsonl", "raw/a"])
def test_other_days_and_stray_keys_are_outside(outside: str) -> None:
    assert outside not in RawRange.days(MONDAY, SUNDAY)


def test_an_open_end_takes_all_that_is_there() -> None:
    assert key("2025-11-03") in RawRange.days(MONDAY, None)
    assert key("9999-12-26") in RawRange.days(MONDAY, None)
    assert key("2025-11-02") not in RawRange.days(MONDAY, None)
    assert "raw/a.jsonl" in RawRange.days(None, SUNDAY)
    assert RawRange.days(None, None) == RawRange()


def test_a_whole_key_is_a_prefix_too() -> None:
    assert key("2025-11-03") in RawRange.below(key("2025-11-03"))


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\U0010ffff")))
def test_every_raw_key_is_in_the_range_of_all(rest: str) -> None:
    assert f"raw/{rest}" in RawRange()
    assert f"scores/{rest}" not in RawRange()


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_what_is_in_a_range_begins_with_its_prefix(one: date, other: date) -> None:
    since, until = sorted((one, other))
    wanted = RawRange.days(since, until)
    assert wanted.prefix.startswith("raw/")
    for day in (since, until):
        assert key(str(day)) in wanted
        assert key(str(day)).startswith(wanted.prefix)


@pytest.mark.parametrize("prefix", ["", "raw", "scores/", "/raw/"])
def test_a_prefix_elsewhere_is_refused(prefix: str) -> None:
    with pytest.raises(RawRangeError, match="expected a prefix that begins with raw/"):
        RawRange.below(prefix)


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(RawRangeError, match="2025-11-09 to 2025-11-03: expected the earlier day first"):
        RawRange.days(SUNDAY, MONDAY)
