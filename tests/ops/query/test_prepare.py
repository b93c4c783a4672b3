import base64
import json

import pytest

from ops.query.failures import QueryError
from ops.query.prepare import bind, prepare
from tests.ops.query.lake import catalog

CATALOG = catalog()


@pytest.mark.parametrize(
    ("sql", "parameters", "expected"),
    [
        ("SELECT ? + ?", ("1", "2.5"), "SELECT 1 + 2.5"),
        ("SELECT '?', ? -- ?", ("'a'",), "SELECT '?', 'a' -- ?"),
        ("WITH t AS (SELECT ? AS n) SELECT n FROM t WHERE n > ?", ("1", "2"), None),
        ("SELECT 1", (), "SELECT 1"),
    ],
)
def test_parameters_bind_in_the_order_of_the_text(
    sql: str, parameters: tuple[str, ...], expected: str | None
) -> None:
    assert bind(sql, parameters) == (expected or "WITH t AS (SELECT 1 AS n) SELECT n FROM t WHERE n > 2")


@pytest.mark.parametrize(("sql", "parameters"), [("SELECT ?", ()), ("SELECT 1", ("1",)), ("SELECT ?, ?", ("1",))])
def test_numbers_of_parameters_must_agree(sql: str, parameters: tuple[str, ...]) -> None:
    expected = f"INVALID_PARAMETER_USAGE: .* expected {sql.count('?')} but found {len(parameters)}$"
    with pytest.raises(QueryError, match=expected):
        prepare(sql, parameters, CATALOG)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELEC 1", "SYNTAX_ERROR: line 1:7: "),
        ("SELECT FROM WHERE", "SYNTAX_ERROR: line 1:17: Expected table name$"),
        ("SELECT 'x", "SYNTAX_ERROR: "),
        ("", "SYNTAX_ERROR: Only one sql statement is allowed"),
        ("SELECT 1; SELECT 2", "SYNTAX_ERROR: Only one sql statement is allowed"),
        (
            "SELECT 1 FROM nope",
            "TABLE_NOT_FOUND: Table 'socratic_bench.nope' does not exist; .*: .*runs, scores, turns,",
        ),
        ("SELECT nope FROM turns", "COLUMN_NOT_FOUND: .*'nope'"),
        ("SELECT t.nope FROM turns t", "COLUMN_NOT_FOUND: .*nope"),
        ("SELECT model AS m FROM turns WHERE m = 'x'", "COLUMN_NOT_FOUND: .*'m'"),
        ("SELECT model AS m FROM turns GROUP BY m", "COLUMN_NOT_FOUND: .*'m'"),
        ("SELECT count(*) AS c FROM turns HAVING c > 1", "COLUMN_NOT_FOUND: .*'c'"),
        ("SELECT model FROM turns t JOIN scores s ON t.run_id = s.run_id", "COLUMN_NOT_FOUND: .*model"),
    ],
)
def test_bad_sql_is_one_line(sql: str, expected: str) -> None:
    with pytest.raises(QueryError, match=f"^{expected}") as raised:
        prepare(sql, (), CATALOG)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT count(*) FROM turns", {"turns": set()}),
        ("SELECT Model FROM TURNS WHERE dt = 'x'", {"turns": {"model", "dt"}}),
        ("SELECT week FROM runs", {"scores": {"dt"}}),
        ("SELECT count(*) FROM runs WHERE week = 'x'", {"scores": {"dt"}}),
        ("SELECT csd_subscores.CR FROM socratic_bench.turns", {"turns": {"csd_subscores"}}),
        ("SELECT v FROM awsdatacatalog.socratic_bench.turns CROSS JOIN UNNEST(violations) AS t (v)", None),
        ("SELECT a.model FROM turns a JOIN turns b ON a.run_id = b.run_id WHERE b.turn = 1", None),
        ("SELECT 1 FROM scores s WHERE EXISTS (SELECT 1 FROM turns t WHERE t.run_id = s.manifest_id)", None),
    ],
)
def test_only_needed_columns_are_read(sql: str, expected: dict[str, set[str]] | None) -> None:
    others: list[dict[str, set[str]]] = [
        {"turns": {"violations"}},
        {"turns": {"model", "run_id", "turn"}},
        {"turns": {"run_id"}, "scores": {"manifest_id"}},
    ]
    needed = prepare(sql, (), CATALOG).needed
    assert needed in ([expected] if expected else others)


def view(name: str, sql: str, *columns: str) -> dict[str, object]:
    definition = {"originalSql": sql, "columns": [{"name": column, "type": "varchar"} for column in columns]}
    text = f"/* Presto View: {base64.b64encode(json.dumps(definition).encode()).decode()} */"
    return {"Name": name, "TableType": "VIRTUAL_VIEW", "ViewOriginalText": text}


def test_view_upon_a_view_is_expanded() -> None:
    upper = view("models", "SELECT model, week FROM runs WHERE phase = 'P1'", "model", "week")
    prepared = prepare("SELECT m.week FROM models AS m", (), catalog(more=[upper]))  # type: ignore[list-item]
    assert prepared.needed == {"scores": {"dt", "phase"}}


def test_view_of_itself_is_refused() -> None:
    endless = view("endless", "SELECT model FROM endless", "model")
    with pytest.raises(QueryError, match="views within views"):
        prepare("SELECT model FROM endless", (), catalog(more=[endless]))  # type: ignore[list-item]


def test_view_with_other_columns_than_declared_is_stale() -> None:
    stale = view("stale", "SELECT model, phase FROM scores", "model")
    with pytest.raises(QueryError, match=r"^VIEW_IS_STALE: view stale"):
        prepare("SELECT model FROM stale", (), catalog(more=[stale]))  # type: ignore[list-item]


def test_name_of_a_with_hides_the_table() -> None:
    prepared = prepare("WITH turns AS (SELECT phase FROM scores) SELECT phase FROM turns", (), CATALOG)
    assert prepared.needed == {"scores": {"phase"}}
