"""The saved queries: the layout document's word for word, and what the operator's answer."""

import re
from collections.abc import Iterator

import duckdb
import pytest

from schemas.catalog.queries import Query, queries
from schemas.catalog.tables import RUNS_VIEW, tables
from schemas.keys.grammar import Phase
from schemas.keys.projection import Projection
from schemas.keys.weeks import Week
from schemas.models import CsdSubscores
from schemas.registry.models_file import load_models

MODELS = ("alpha", "beta-1.5")
QUERIES = {query.name: query for query in queries(MODELS)}

# s3_bucket_layout.md, word for word.
LAYOUT = {
    "half_life_trend": """\
   SELECT week, model, AVG(half_life_turn) as avg_half_life
   FROM runs
   WHERE dt >= date_add('week', -12, current_date)
   GROUP BY week, model
   ORDER BY week DESC, avg_half_life DESC;
""",
    "violation_mix": """\
   SELECT model, violation, COUNT(*) as count
   FROM turns
   CROSS JOIN UNNEST(violations) AS t(violation)
   WHERE dt = '2025-11-05'
   GROUP BY model, violation;
""",
    "csd_subscores": """\
   SELECT model,
          AVG(csd_subscores.CR) as avg_CR,
          AVG(csd_subscores.ST) as avg_ST,
          ...
   FROM turns
   WHERE dt >= '2025-11-01' AND phase = 'P2'
   GROUP BY model;
""",
    "score_by_model": """\
SELECT model, phase, AVG(score) as avg_score
FROM turns
WHERE dt >= '2025-10-01' AND dt < '2025-11-01'
GROUP BY model, phase;
""",
}
ELLIPSIS = ", ".join(f"AVG(csd_subscores.{name}) as avg_{name}" for name in ("RHD", "AP", "NVT", "TC", "CH", "MA"))
OPERATORS = ("turns_held_out", "worst_half_lives", "coverage", "cost_by_model")


def words(sql: str) -> list[str]:
    return sql.split()


@pytest.mark.parametrize("name", LAYOUT)
def test_the_queries_of_the_layout_document_are_saved_word_for_word(name: str) -> None:
    # A statement that Athena runs by itself needs no ';', and one inside another may have none.
    assert words(QUERIES[name].sql) == words(LAYOUT[name].replace("...", ELLIPSIS).rstrip().removesuffix(";"))


def test_the_radar_has_every_subscore() -> None:
    subscores = [name for name in CsdSubscores.__struct_fields__ if name != "overall"]
    assert re.findall(r"AVG\(csd_subscores\.(\w+)\) as avg_(\w+)", QUERIES["csd_subscores"].sql) == [
        (name, name) for name in subscores
    ]
    assert len(subscores) == 8


def test_the_layouts_queries_come_first_then_the_operators() -> None:
    assert tuple(QUERIES) == (*LAYOUT, *OPERATORS)


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_query_reads_tables_that_exist_and_says_what_it_needs(query: Query) -> None:
    first = Week(2025, 1)
    known = {table.name for table in tables(MODELS, Projection(first.monday, first))} | {RUNS_VIEW}
    named = set(re.findall(r"(?:FROM|JOIN) ([a-z_]\w*)", query.sql)) - {"UNNEST"}
    assert named
    assert named <= known
    assert query.sql.count("?") == len(query.parameters)
    assert bool(query.parameters) == ("parameter" in query.description)
    # What Athena takes: https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateNamedQuery.html
    assert 1 <= len(query.description) <= 1024
    assert len(query.sql) < 262_144


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    """Runs of two weeks: alpha ran thrice in P0 and once in P2, an unregistered model once, beta never."""
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE runs (run_id VARCHAR, dt DATE, week VARCHAR, model VARCHAR, phase VARCHAR, half_life_turn"
            " BIGINT, mean_score DOUBLE, compliance_rate DOUBLE, token_cost_estimate STRUCT(usd DOUBLE))"
        )
        connection.executemany(
            "INSERT INTO runs VALUES (?, '2025-11-05', ?, ?, ?, ?, ?, 0.5, CASE WHEN ? THEN {'usd': 0.5} END)",
            [
                ("r1", "2025-W45", "alpha", "P0", 9, 7.0, True),
                ("r2", "2025-W45", "alpha", "P0", 4, 7.0, True),
                ("r3", "2025-W45", "alpha", "P0", None, 9.0, False),
                ("r4", "2025-W45", "alpha", "P2", 4, 6.0, True),
                ("r5", "2025-W45", "gamma", "P0", 4, 7.0, False),
                ("r6", "2025-W44", "alpha", "P1", 3, 5.0, True),
                ("r7", "2025-W44", "beta-1.5", "P1", 3, 5.0, True),
            ],
        )
        yield connection


def answer(lake: duckdb.DuckDBPyConnection, name: str) -> list[tuple[object, ...]]:
    return lake.execute(QUERIES[name].sql, ["2025-W45"]).fetchall()


def test_coverage_counts_every_cell_of_the_registry_the_missing_ones_as_zero(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    cells = answer(lake, "coverage")
    ran = {("alpha", "P0"): 3, ("alpha", "P2"): 1}
    assert len(cells) == len(MODELS) * len(Phase)
    assert {cell[:2]: cell[2] for cell in cells} == {
        (model, phase): ran.get((model, phase), 0) for model in MODELS for phase in map(str, Phase)
    }
    assert cells[:2] == [("alpha", "P1", 0), ("alpha", "P3", 0)]
    assert cells[-1] == ("alpha", "P0", 3)


def test_turns_held_out_have_their_interval_and_small_cells_say_so(lake: duckdb.DuckDBPyConnection) -> None:
    lake.execute(
        "CREATE TABLE weekly_summary (week VARCHAR, model VARCHAR, phase VARCHAR, runs_count BIGINT, degraded_runs"
        " BIGINT, half_life_restricted_mean DOUBLE, half_life_restricted_se DOUBLE)"
    )
    for row in (("a", 12, 10, 14.0, 1.0), ("b", 1, 0, 20.0, None)):
        lake.execute("INSERT INTO weekly_summary VALUES ('2025-W45', ?, 'P2', ?, ?, ?, ?)", row)
    assert answer(lake, "turns_held_out") == [
        ("a", "P2", 14.0, pytest.approx(12.04), pytest.approx(15.96), 12, 10, None),
        ("b", "P2", 20.0, None, None, 1, 0, "few runs"),
    ]


def test_the_worst_half_lives_come_first_and_those_without_one_not_at_all(lake: duckdb.DuckDBPyConnection) -> None:
    assert [row[0] for row in answer(lake, "worst_half_lives")] == ["r4", "r2", "r5", "r1"]


def test_cost_by_model_says_for_how_many_runs_it_knows_none(lake: duckdb.DuckDBPyConnection) -> None:
    assert answer(lake, "cost_by_model") == [("alpha", 4, 1, 1.5, 0.5), ("gamma", 1, 1, None, None)]


def test_coverage_lists_the_registry_that_ships() -> None:
    sql = next(query.sql for query in queries(load_models()) if query.name == "coverage")
    assert all(f"('{model}')" in sql for model in load_models())
