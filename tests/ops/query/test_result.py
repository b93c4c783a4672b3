from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ops.query.result import Answer, Value, as_athena


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (5, 5),
        (True, True),
        (8.25, 8.25),
        ("x", "x"),
        (Decimal(5), 5),
        (date(2025, 11, 5), "2025-11-05"),
        (datetime(2025, 11, 5, 10, 0, 0, 123_000), "2025-11-05 10:00:00.123"),  # noqa: DTZ001 (Athena's has no zone)
        (datetime(2025, 11, 5, tzinfo=UTC), "2025-11-05 00:00:00.000 UTC"),
        ([], "[]"),
        (["a", None, 1, True, 0.5], "[a, null, 1, true, 0.5]"),
        ({"cr": 9.0, "st": None, "in": {"x": [1]}}, "{cr=9.0, st=null, in={x=[1]}}"),
        # As Java prints doubles.
        ([0.0, -0.0, 1e-3, 9999999.0, 123.25], "[0.0, -0.0, 0.001, 9999999.0, 123.25]"),
        ([1e7, 1.5e10, -9.99e-4, 1e-10, 12345678.9], "[1.0E7, 1.5E10, -9.99E-4, 1.0E-10, 1.23456789E7]"),
        ([float("nan"), float("inf"), float("-inf")], "[NaN, Infinity, -Infinity]"),
    ],
)
def test_value_is_as_in_athenas_results(value: object, expected: Value) -> None:
    found = as_athena(value)
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    ("size", "expected"), [(0, 0.00005), (10 * 10**6, 0.00005), (20 * 10**6, 0.0001), (10**12, 5.0)]
)
def test_dollars_are_for_ten_megabytes_at_least(size: int, expected: float) -> None:
    assert Answer(columns=(), rows=[], seconds=0, bytes_read=size).dollars == pytest.approx(expected)
