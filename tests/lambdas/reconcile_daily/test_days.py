from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from lambdas.reconcile_daily.days import Stores, day_ranges
from schemas.keys.raw_range import RawRange
from schemas.run_index import run_id_of
from tests.ops.conftest import Deployed
from tests.store import bucket_of

TODAY = date(2025, 11, 12)
days = st.dates(date(2025, 9, 1), date(2025, 12, 1))


@given(days, st.none() | days, st.integers(-2, 9), st.text(st.characters(codec="utf-8"), max_size=3))
def test_each_key_of_a_range_lies_in_one_of_its_days(since: date, until: date | None, after: int, rest: str) -> None:
    within = RawRange.days(since, max(since, until) if until else None)
    key = f"raw/dt={since + timedelta(days=after)}{rest}"
    holding = [each.day for each in day_ranges(within, today=TODAY) if key in each.keys]
    assert len(holding) == (key in within)
    if rest.startswith("/") and holding and (until or since + timedelta(days=after) <= TODAY):
        assert holding == [since + timedelta(days=after)]


def test_a_range_without_an_end_ends_tomorrow() -> None:
    found = day_ranges(RawRange.days(date(2025, 11, 10), None), today=TODAY)
    assert [each.day.day for each in found] == [10, 11, 12, 13]


def test_a_range_within_a_day_is_that_day() -> None:
    within = RawRange.below("raw/dt=2025-11-05/model=m")
    [only] = day_ranges(within, today=TODAY)
    assert (only.day, only.keys) == (date(2025, 11, 5), within)


def test_a_range_that_begins_before_all_days_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a range that begins with a day"):
        day_ranges(RawRange(), today=TODAY)


def test_a_days_states_are_those_of_a_scan(deployed: Deployed) -> None:
    good = "raw/dt=2025-11-{:02}/model=m/phase=P0/01HQVZ3K9X1234567890ABCDEF.jsonl"
    stored = [good.format(4), good.format(5), "raw/dt=2025-11-05//odd.jsonl", "raw/dt=2025-11-05x/é+.jsonl"]
    indexed = [*stored[1:], good.format(6), "raw/dt=2025-11-05/gone.jsonl"]
    for key in stored:
        deployed.s3.put_object(Bucket=deployed.bucket, Key=key, Body=b"")
    for key in indexed:
        deployed.index(run_id_of(key), key, "v", "d41d8cd98f00b204e9800998ecf8427e")
    stores = Stores(bucket_of(deployed.s3, deployed.bucket), deployed.dynamodb, deployed.table)
    # moto leaves out the first key after a marker.
    within = RawRange.days(date(2025, 11, 5), date(2025, 11, 6))
    by_day = sorted(stores.states(within, today=TODAY), key=lambda state: state.key)
    assert [state.key for state in by_day] == sorted({*stored, *indexed} - {stored[0]})
    assert by_day == [*stores.all_states(within)]
    assert sorted(state.key for state in by_day if state.differences()) == sorted(indexed[-2:])
