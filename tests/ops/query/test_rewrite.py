"""What DuckDB then says, against what Athena says by its documentation: https://trino.io/docs/current/functions.html."""

from datetime import UTC, datetime

import pytest

from ops.query.failures import QueryError
from ops.query.local import run
from ops.query.prepare import prepare
from ops.query.result import Value
from ops.query.rewrite import to_duckdb
from tests.ops.query.lake import NOW, catalog

CATALOG = catalog()


def rows(sql: str, *, now: datetime = NOW) -> list[tuple[Value, ...]]:
    return run(to_duckdb(prepare(sql, (), CATALOG).query, now=now), {})


def typed(value: Value) -> tuple[type, Value]:
    return type(value), value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # Division of whole numbers truncates towards zero.
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("7 / -2 * 2", -6),
        ("sum(7) / count(*)", 7),
        ("7 / 2E0", 3.5),
        ("7.0 / 2E0", 3.5),
        ("-7 % 3", -1),
        ("1E0 / 0", float("inf")),
        ("0.1 + 0.2E0", 0.30000000000000004),
        ("avg(7)", 7.0),
        ("sum(7)", 7),
        ("sum(7) OVER ()", 7),
        ("sum(7) FILTER (WHERE false)", None),
        ("count(*) FILTER (WHERE false)", 0),
        ("count_if(true)", 1),
        ("date_format(date '2025-12-29', '%x-W%v')", "2026-W01"),
        ("date_format(date '2021-01-01', '%x-W%v')", "2020-W53"),
        ("date_format(date '2024-12-31', '%Y/%m/%d %%')", "2024/12/31 %"),
        ("date_format(timestamp '2024-12-31 15:04:05', '%H:%i:%s')", "15:04:05"),
        ("current_date", "2025-11-20"),
        ("current_timestamp", "2025-11-20 23:30:00.000 UTC"),
        ("date_add('week', -12, current_date)", "2025-08-28"),
        ("date_add('month', 1, date '2025-01-31')", "2025-02-28"),
        ("date_add('hour', 1, timestamp '2025-01-31 23:30:00')", "2025-02-01 00:30:00.000"),
        ("date '2025-01-31' + interval '1' month", "2025-02-28"),
        ("current_date - interval '7' day", "2025-11-13"),
        # Whole weeks, not the Mondays between.
        ("date_diff('week', date '2025-11-02', date '2025-11-08')", 0),
        ("date_diff('week', date '2025-11-02', date '2025-11-09')", 1),
        ("date_diff('day', date '2025-11-09', date '2025-11-02')", -7),
        ("date_diff('hour', timestamp '2025-11-02 10:59:00', timestamp '2025-11-02 12:01:00')", 1),
        ("date_trunc('week', date '2025-11-20')", "2025-11-17"),
        ("date_trunc('month', date '2025-11-20')", "2025-11-01"),
        ("date_trunc('hour', timestamp '2025-11-20 10:59:00')", "2025-11-20 10:00:00.000"),
        ("year(date '2025-11-20')", 2025),
        ("week(date '2025-12-29')", 1),
        ("day_of_week(date '2025-11-23')", 7),
        ("from_iso8601_timestamp('2025-11-05T10:00:00.1239+01:00')", "2025-11-05 09:00:00.123 UTC"),
        ("from_iso8601_timestamp('2025-11-05T10:00:00')", "2025-11-05 10:00:00.000 UTC"),
        ("cast('2025-11-05' AS date)", "2025-11-05"),
        ("try_cast('2025-11-5x' AS date)", None),
        ("try_cast('1.5' AS bigint)", None),
        ("try_cast('12' AS bigint)", 12),
        ("cast('1.5' AS double)", 1.5),
        ("cast(2.5E0 AS bigint)", 3),
        ("cast(-2.5E0 AS bigint)", -3),
        ("cast(true AS varchar)", "true"),
        ("cast(date '2025-11-05' AS varchar)", "2025-11-05"),
        ("cast(NULL AS date)", None),
        ("concat('a', cast(NULL AS varchar))", None),
        ("substr('abcdef', 2, 3)", "bcd"),
        ("strpos('abc', 'c')", 3),
        ("round(2.5E0)", 3.0),
        ("round(-2.5E0)", -3.0),
        ("round(2.345E0, 2)", 2.35),
        ("nullif(1, 1)", None),
        ("'a' < 'B'", False),
        ("'a' LIKE 'A'", False),
        (r"'a_b' LIKE 'a!_b' ESCAPE '!'", True),
        ("1 IN (2, NULL)", None),
        ("NULL IS DISTINCT FROM 1", True),
    ],
)
def test_expression(expression: str, expected: Value) -> None:
    ((found,),) = rows(f"SELECT {expression}")
    assert typed(found) == typed(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 / 0", "DIVISION_BY_ZERO"),
        ("1 % 0", "DIVISION_BY_ZERO"),
        ("cast('x' AS date)", "INVALID_CAST_ARGUMENT: .*: x$"),
        ("cast('1.5' AS bigint)", "INVALID_CAST_ARGUMENT: .*: 1.5$"),
        ("from_iso8601_timestamp('2025-11-05 10:00')", "INVALID_FUNCTION_ARGUMENT: .*: 2025-11-05 10:00$"),
        ("9223372036854775807 + 1", "Overflow"),
        ("sum(9223372036854775807) + (SELECT sum(n) FROM (VALUES 9223372036854775807, 1) AS t (n))", "out of range"),
        ("(SELECT n FROM (VALUES 1, 2) AS t (n))", "More than one row"),
    ],
)
def test_failure(expression: str, expected: str) -> None:
    with pytest.raises(QueryError, match=expected) as raised:
        rows(f"SELECT {expression}")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("date_format(current_date, '%W')", "%A in"),
        ("date_format(current_date, concat('%', 'Y'))", "format that is no literal"),
        ("date_add('hour', 1, current_date)", "unit HOUR"),
        ("current_date + interval '1' hour", "unit HOUR"),
        ("date_diff('month', current_date, current_date)", "unit MONTH"),
        ("date_diff('day', current_date, current_timestamp)", "different types"),
        ("date_trunc('hour', current_date)", "unit HOUR"),
        ("substr('abc', -1)", "start that is not a literal"),
        ("cast(1E0 AS varchar)", "CAST"),
        ("cast('x' AS varchar(1))", "length or precision"),
        ("cast('true' AS boolean)", "CAST"),
        ("timestamp '2025-11-05 10:00:00 UTC'", "CAST"),
        ("(1 = 1) IS true", "IS TRUE"),
    ],
)
def test_unclear_expression_is_refused(expression: str, expected: str) -> None:
    with pytest.raises(QueryError, match=f"^NOT_SUPPORTED locally: .*{expected}"):
        rows(f"SELECT {expression}")


@pytest.mark.parametrize(("direction", "expected"), [("", [1, 2, None]), ("DESC", [2, 1, None])])
def test_nulls_are_last_in_both_directions(direction: str, expected: list[int | None]) -> None:
    values = "(VALUES (2), (NULL), (1)) AS t (n)"
    assert [row[0] for row in rows(f"SELECT n FROM {values} ORDER BY n {direction}")] == expected
    ranked = f"SELECT n, row_number() OVER (ORDER BY n {direction}) AS r FROM {values} ORDER BY r"
    assert [row[0] for row in rows(ranked)] == expected
    first = [row[0] for row in rows(f"SELECT n FROM {values} ORDER BY n {direction} NULLS FIRST")]
    assert first == [None, *expected[:2]]


def test_current_date_is_the_day_in_utc() -> None:
    late = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert rows("SELECT current_date, year(current_timestamp)", now=late) == [("2025-12-31", 2025)]


def test_distinct_sorts_only_by_what_it_selects() -> None:
    assert rows("SELECT DISTINCT n FROM (VALUES 2, 1, 1) AS t (n) ORDER BY n DESC") == [(2,), (1,)]
    with pytest.raises(QueryError, match="EXPRESSION_NOT_IN_DISTINCT"):
        rows("SELECT DISTINCT n FROM (VALUES (2, 1)) AS t (n, m) ORDER BY m")


def test_columns_keep_the_names_that_athena_gives() -> None:
    prepared = prepare("SELECT Model, avg(score) AS avg_Score, count(*), csd_subscores.CR FROM turns", (), CATALOG)
    assert prepared.columns == ("Model", "avg_Score", "_col2", "CR")
