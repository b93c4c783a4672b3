"""The data sets of the dashboards: what QuickSight adds up of them is right."""

from collections.abc import Iterator

import duckdb
import pytest

from schemas.catalog.columns import WEEKLY_SUMMARY
from schemas.catalog.data_sets import SUBSCORES, SUMMARY, VIOLATIONS
from schemas.models import VIOLATION_RATES

KINDS = ("leading_question", "lecturing")


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    """One model: two phases of the newest week, of which P0 has no subscores, and an earlier one."""
    names = ["week", *(column.name for column in WEEKLY_SUMMARY)]
    texts = {"week", "model", "phase", "generated_from"}
    whole = {"runs_count", "turns_count", "degraded_runs", "prompt_tokens", "completion_tokens"}
    types = {name: "VARCHAR" if name in texts else "BIGINT" if name in whole else "DOUBLE" for name in names}
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE weekly_summary ({', '.join(f'{k} {v}' for k, v in types.items())})")
        for week, phase, runs, turns, rate, points in (
            ("2025-W45", "P0", 2, 100, 0.1, None),
            ("2025-W45", "P1", 12, 50, 0.4, 6.0),
            ("2025-W45", "P2", 12, 150, 0.0, 8.0),
            ("2025-W44", "P1", 12, 50, 1.0, 1.0),
        ):
            row = {
                "week": week,
                "model": "a",
                "phase": phase,
                "runs_count": runs,
                "turns_count": turns,
                "half_life_restricted_mean": 20.0,
                "half_life_restricted_se": 2.5,
                "avg_csd_overall": points,
                "avg_cr": points,
                **{VIOLATION_RATES[kind]: rate for kind in VIOLATION_RATES if kind in KINDS},
            }
            connection.execute(
                f"INSERT INTO weekly_summary ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()]
            )
        yield connection


def answer(lake: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return lake.execute(sql).fetchall()


def test_shares_are_of_all_turns_of_the_cells(lake: duckdb.DuckDBPyConnection) -> None:
    per_100 = "100 * sum(violating_turns) / sum(turns_count)"
    found = answer(
        lake,
        f"SELECT violation, {per_100} FROM ({VIOLATIONS.sql()}) WHERE period = 'newest' GROUP BY ALL ORDER BY 1",
    )
    assert {kind: share for kind, share in found if kind in KINDS} == {
        kind: pytest.approx(100 * (100 * 0.1 + 50 * 0.4) / 300) for kind in KINDS
    }
    assert [kind for kind, _ in found] == sorted(VIOLATION_RATES)


def test_points_are_over_the_turns_that_have_them(lake: duckdb.DuckDBPyConnection) -> None:
    mean = "sum(points) / sum(turns_count)"
    where = "period = 'newest' AND subscore = 'CR'"
    assert answer(lake, f"SELECT {mean} FROM ({SUBSCORES.sql()}) WHERE {where}") == [
        (pytest.approx((50 * 6.0 + 150 * 8.0) / 200),)
    ]
    kinds = answer(lake, f"SELECT DISTINCT subscore FROM ({SUBSCORES.sql()})")
    assert {kind for (kind,) in kinds} == {"CR", "ST", "RHD", "AP", "NVT", "TC", "CH", "MA"}


def test_the_summary_has_every_column_of_the_table_its_interval_and_a_note_on_few_runs(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    assert {column.name for column in WEEKLY_SUMMARY} < {*SUMMARY.columns}
    rows = answer(lake, f"SELECT week, phase, low, high, note FROM ({SUMMARY.sql()}) ORDER BY 1, 2")
    assert rows == [
        ("2025-W44", "P1", pytest.approx(15.1), pytest.approx(24.9), None),
        ("2025-W45", "P0", pytest.approx(15.1), pytest.approx(24.9), "few runs"),
        ("2025-W45", "P1", pytest.approx(15.1), pytest.approx(24.9), None),
        ("2025-W45", "P2", pytest.approx(15.1), pytest.approx(24.9), None),
    ]


def test_the_newest_week_is_told_from_earlier_ones(lake: duckdb.DuckDBPyConnection) -> None:
    for data_set in (SUMMARY, VIOLATIONS, SUBSCORES):
        weeks = answer(lake, f"SELECT DISTINCT period, week FROM ({data_set.sql()}) ORDER BY ALL")
        assert weeks == [("earlier", "2025-W44"), ("newest", "2025-W45")]


def test_a_database_stands_before_the_table() -> None:
    assert SUMMARY.sql("lake").endswith("\nFROM lake.weekly_summary")
    assert SUMMARY.sql().endswith("\nFROM weekly_summary")
