from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from lambdas.reconcile_daily.regions import Stored, compared_objects, different_keys
from schemas.keys.layout import COMPARED_PREFIXES
from tests.ops.conftest import Deployed

NOW = datetime(2025, 11, 10, 15, tzinfo=UTC)
OLD, NEW = NOW - timedelta(hours=1), NOW - timedelta(minutes=59)
REGIONS = st.dictionaries(st.sampled_from("abc"), st.builds(Stored, st.sampled_from("12"), st.just(OLD)))


@pytest.mark.parametrize(
    ("primary", "replica", "different"),
    [
        ({}, {}, []),
        ({"k": Stored("1", OLD)}, {"k": Stored("1", OLD)}, []),
        ({"k": Stored("1", OLD)}, {"k": Stored("2", OLD)}, ["k"]),
        ({"k": Stored("1", OLD)}, {}, ["k"]),
        ({}, {"k": Stored("1", OLD)}, ["k"]),
    ],
)
def test_an_object_is_the_same_in_both_regions_or_different(
    primary: dict[str, Stored], replica: dict[str, Stored], different: list[str]
) -> None:
    assert different_keys(primary, replica, now=NOW) == different


@pytest.mark.parametrize("replica", [{}, {"k": Stored("2", OLD)}])
def test_an_object_that_may_still_be_copied_is_left_for_the_next_day(replica: dict[str, Stored]) -> None:
    assert different_keys({"k": Stored("1", NEW)}, replica, now=NOW) == []


@given(REGIONS, REGIONS)
def test_the_order_of_the_regions_makes_no_difference(one: dict[str, Stored], other: dict[str, Stored]) -> None:
    assert different_keys(one, other, now=NOW) == different_keys(other, one, now=NOW)


def test_only_what_is_written_to_both_regions_is_compared(deployed: Deployed) -> None:
    for key in ("config/models.json", "manifests/m.json", "calibration/results/2025-11-05.json", "raw/a"):
        deployed.s3.put_object(Bucket=deployed.bucket, Key=key, Body=b"{}")
    found = compared_objects(deployed.s3, deployed.bucket)
    assert [*found] == ["config/models.json", "manifests/m.json"]
    assert all(key.startswith(COMPARED_PREFIXES) for key in found)
