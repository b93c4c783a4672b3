"""What Athena refuses by its types must be refused here too, although DuckDB would answer."""

import re

import pytest

from ops.query.failures import QueryError
from ops.query.prepare import prepare
from ops.query.rewrite import to_duckdb
from tests.ops.query.lake import NOW, catalog

CATALOG = catalog()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("dt >= date_add('week', -12, current_date)", "Cannot apply operator: varchar >= date"),
        ("date '2025-11-05' <= dt", "Cannot apply operator: date <= varchar"),
        ("dt = 20251105", "Cannot apply operator: varchar = integer"),
        ("dt <> 5", "Cannot apply operator: varchar <> integer"),
        ("turn = '5'", r"Cannot apply operator: bigint = varchar\(1\)"),
        ("score > model", "Cannot apply operator: double > varchar"),
        ("pii_detected = 1", "Cannot apply operator: boolean = integer"),
        ("pii_detected = 'true'", r"Cannot apply operator: boolean = varchar\(4\)"),
        ("timestamp < current_timestamp", r"varchar < timestamp\(3\) with time zone"),
        ("dt IS DISTINCT FROM 5", "Cannot apply operator: varchar IS DISTINCT FROM integer"),
        ("violations = 'lecturing'", r"Cannot apply operator: array\(varchar\) = varchar\(9\)"),
        ("csd_subscores = 8", r"Cannot apply operator: row\(cr double, .*\) = integer"),
        ("dt BETWEEN current_date AND current_date", "Cannot check if varchar is BETWEEN date and date"),
        ("dt IN ('2025-11-05', current_date)", r"value type varchar, items varchar\(10\), date"),
        ("turn IN (SELECT model FROM scores)", "value type bigint, items varchar"),
        ("dt IN (SELECT dt FROM scores)", "value type varchar, items date"),
        ("turn + model > 1", r"Cannot apply operator: bigint \+ varchar"),
        ("turn * dt > 1", r"Cannot apply operator: bigint \* varchar"),
        ("dt - 1 > '1'", "Cannot apply operator: varchar - integer"),
        ("dt + interval '1' day > '1'", r"Cannot apply operator: varchar \+ interval"),
        ("current_date - 7 > current_date", "Cannot apply operator: date - integer"),
        ("turn LIKE '1%'", r"expected varchar \(actual: bigint\)"),
        ("model || turn = 'x'", r"expected varchar \(actual: bigint\)"),
        ("turn", r"must evaluate to a boolean \(actual: bigint\)"),
        ("NOT score", r"must evaluate to a boolean \(actual: double\)"),
        ("pii_detected AND model", r"must evaluate to a boolean \(actual: varchar\)"),
        ("lower(turn) = 'x'", "Unexpected parameters for function: bigint"),
        ("date_add('day', 1, dt) > current_date", "Unexpected parameters for function: varchar"),
        ("date_add('day', '1', current_date) > current_date", r"function: varchar\(1\)"),
        ("cardinality(model) > 1", "Unexpected parameters for function: varchar"),
        ("coalesce(model, 5) = 'x'", r"All operands must be the same type: varchar, integer"),
        ("nullif(turn, 'x') = 5", r"All operands must be the same type: bigint, varchar\(1\)"),
        ("if(pii_detected, 'x', 5) = 'x'", r"All operands must be the same type: varchar\(1\), integer"),
        ("CASE WHEN turn > 1 THEN 1 ELSE 'x' END = 1", r"same type: integer, varchar\(1\)"),
        ("CASE turn WHEN 'x' THEN 1 END = 1", "CASE operand type does not match"),
    ],
)
def test_mismatch_names_both_types(condition: str, expected: str) -> None:
    with pytest.raises(QueryError, match=rf"^TYPE_MISMATCH: .*{expected}"):
        prepare(f"SELECT 1 FROM turns WHERE {condition}", (), CATALOG)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1 FROM runs WHERE dt >= '2025-10-01'", r"Cannot apply operator: date >= varchar\(10\)"),
        ("SELECT 1 FROM runs WHERE week >= current_date", "Cannot apply operator: varchar >= date"),
        ("SELECT 1 FROM turns t JOIN scores s ON s.dt = t.dt", "Cannot apply operator: date = varchar"),
        ("SELECT 1 FROM turns t JOIN scores s USING (dt)", "Cannot apply operator: varchar = date"),
        ("SELECT 1 FROM turns t JOIN scores s ON s.total_turns", "must evaluate to a boolean"),
        ("SELECT sum(model) FROM turns", "Unexpected parameters for function: varchar"),
        ("SELECT avg(dt) FROM scores", "Unexpected parameters for function: date"),
        ("SELECT count_if(turn) FROM turns", "Unexpected parameters for function: bigint"),
        ("SELECT count(*) FILTER (WHERE turn) FROM turns", "must evaluate to a boolean"),
        ("SELECT model FROM turns GROUP BY model HAVING count(*)", "must evaluate to a boolean"),
        ("SELECT dt FROM turns UNION SELECT dt FROM scores", "column types do not match: varchar, date"),
        ("SELECT dt FROM turns EXCEPT SELECT turn FROM turns", "column types do not match: varchar, bigint"),
        ("SELECT 1 FROM (VALUES (1), ('x')) AS t (n)", r"column types do not match: integer, varchar\(1\)"),
        ("SELECT n FROM (SELECT avg(score) AS n FROM turns) WHERE n = 'x'", r"double = varchar\(1\)"),
        ("WITH t AS (SELECT count(*) AS n FROM turns) SELECT 1 FROM t WHERE n = 'x'", r"bigint = varchar\(1\)"),
        ("SELECT 1 FROM turns CROSS JOIN UNNEST(violations) AS t (v) WHERE v = 1", "varchar = integer"),
        ("SELECT 1 FROM turns t WHERE EXISTS (SELECT 1 FROM scores WHERE dt = t.dt)", "date = varchar"),
    ],
)
def test_mismatch_is_found_wherever_it_stands(sql: str, expected: str) -> None:
    with pytest.raises(QueryError, match=rf"^TYPE_MISMATCH: .*{expected}"):
        prepare(sql, (), CATALOG)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("turn", "bigint"),
        ("1", "integer"),
        ("score", "double"),
        ("1E0", "double"),
        ("-turn", "bigint"),
        ("turn + 1", "bigint"),
        ("1 + 1", "integer"),
        ("turn + score", "double"),
        ("turn / 2", "bigint"),
        ("turn / 2E0", "double"),
        ("score / 2", "double"),
        ("turn % 2", "bigint"),
        ("abs(score)", "double"),
        ("abs(turn)", "bigint"),
        ("round(score, 1)", "double"),
        ("round(turn)", "bigint"),
        ("floor(score)", "double"),
        ("ceil(score)", "double"),
        ("model", "varchar"),
        ("model || phase", "varchar"),
        ("concat(model, phase)", "varchar"),
        ("lower(model)", "varchar"),
        ("substr(model, 2)", "varchar"),
        ("length(model)", "bigint"),
        ("strpos(model, 'x')", "bigint"),
        ("cardinality(violations)", "bigint"),
        ("element_at(violations, 1)", "varchar"),
        ("csd_subscores.cr", "double"),
        ("judge.rationale", "varchar"),
        ("coalesce(turn, score)", "double"),
        ("nullif(turn, 1)", "bigint"),
        ("if(pii_detected, turn, 0)", "bigint"),
        ("CASE WHEN pii_detected THEN score ELSE 0 END", "double"),
        ("cast(turn AS double)", "double"),
        ("try_cast(model AS date)", "date"),
        ("date_format(current_date, '%Y')", "varchar"),
        ("year(current_date)", "bigint"),
        ("date_diff('day', current_date, current_date)", "bigint"),
        ("date_add('day', 1, current_date)", "date"),
        ("date_add('hour', 1, current_timestamp)", "timestamp(3) with time zone"),
        ("current_date + interval '1' day", "date"),
        ("timestamp '2025-11-05 10:00:00' + interval '1' hour", "timestamp(3)"),
        ("date_trunc('month', current_date)", "date"),
        ("date_trunc('month', date '2025-11-05')", "date"),
        ("date_trunc('hour', current_timestamp)", "timestamp(3) with time zone"),
        ("from_iso8601_timestamp(timestamp)", "timestamp(3) with time zone"),
        ("(SELECT max(score) FROM turns)", "double"),
        ("(SELECT min(dt) FROM scores)", "date"),
        ("(SELECT sum(turn) FROM turns)", "bigint"),
        ("(SELECT avg(turn) FROM turns)", "double"),
        ("(SELECT stddev(turn) FROM turns)", "double"),
        ("(SELECT variance(turn) FROM turns)", "double"),
        ("(SELECT count(*) FROM turns)", "bigint"),
        ("(SELECT count_if(pii_detected) FROM turns)", "bigint"),
        ("(SELECT lag(score) OVER (ORDER BY turn) FROM turns)", "double"),
        ("(SELECT first_value(model) OVER (ORDER BY turn) FROM turns)", "varchar"),
        ("(SELECT rank() OVER (ORDER BY turn) FROM turns)", "bigint"),
        ("(SELECT sum(turn) FILTER (WHERE pii_detected) FROM turns)", "bigint"),
    ],
)
def test_type_of_an_expression_is_athenas(expression: str, expected: str) -> None:
    with pytest.raises(QueryError, match=rf"Cannot apply operator: {re.escape(expected)} = boolean$"):
        prepare(f"SELECT 1 FROM turns WHERE {expression} = true", (), CATALOG)


@pytest.mark.parametrize("expression", ["contains(violations, 'x')", "starts_with(model, 'x')", "pii_detected"])
def test_type_of_a_predicate_is_boolean(expression: str) -> None:
    with pytest.raises(QueryError, match=r"Cannot apply operator: boolean = integer$"):
        prepare(f"SELECT 1 FROM turns WHERE {expression} = 1", (), CATALOG)


@pytest.mark.parametrize(
    "condition",
    [
        "dt >= '2025-10-01' AND dt < '2025-11-01'",
        "turn > 5 AND turn < 5.5E0 AND score > 5 AND score >= 8.5",
        "score BETWEEN 1 AND 9.5 AND score IN (9, 9.5)",
        "date_add('week', -12, current_date) < date '2025-11-05'",
        "current_timestamp > date '2025-11-05'",
        "from_iso8601_timestamp(timestamp) > timestamp '2025-11-05 10:00:00'",
        "model = NULL OR NULL",
        "contains(violations, 'lecturing') AND NOT pii_detected",
        "coalesce(judge.score, heuristic.score) > 8 AND judge IS NULL",
        "length(model || '-' || phase) / 2 = 5",
    ],
)
def test_what_athena_takes_is_taken(condition: str) -> None:
    prepare(f"SELECT 1 FROM turns WHERE {condition}", (), CATALOG)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT approx_percentile(score, 0.5) FROM turns", "ApproxQuantile in APPROX_PERCENTILE(score, 0.5)"),
        ("SELECT max_by(model, score) FROM turns", "ArgMax in"),
        ("SELECT my_function(score) FROM turns", "my_function in"),
        ("SELECT read_csv('x')", "ReadCSV in"),
        ("SELECT 1 FROM read_csv('x')", "ReadCSV in"),
        ("SELECT greatest(1, NULL)", "Greatest in"),
        ("SELECT random()", "Rand in"),
        ("SELECT * EXCLUDE (model) FROM turns", "except in *"),
        ("SELECT DISTINCT ON (model) turn FROM turns", "on in"),
        ("SELECT 1 FROM turns TABLESAMPLE BERNOULLI (10)", "sample in"),
        ("SELECT 1 FROM turns FOR TIMESTAMP AS OF now()", "version in"),
        ("SELECT 1 FROM turns NATURAL JOIN scores", "method in"),
        ("SELECT 1 FROM turns SEMI JOIN scores ON true", "SEMI JOIN"),
        ("SELECT model FROM turns GROUP BY ROLLUP (model)", "Rollup in"),
        ("SELECT 1 UNION BY NAME SELECT 1", "by_name in"),
        ("WITH RECURSIVE t (n) AS (SELECT 1) SELECT n FROM t", "recursive in"),
        ("SELECT violations[1] FROM turns", "subscript violations[1]"),
        ("SELECT element_at(violations, turn) FROM turns", "index that is no literal"),
        ("SELECT r FROM turns CROSS JOIN UNNEST(salient_refs) AS t (r)", "of rows"),
        ("SELECT v FROM turns CROSS JOIN UNNEST(violations) WITH ORDINALITY AS t (v, n)", "offset in"),
        ("SELECT 1.5", "1.5 is a DECIMAL in Athena"),
        ("SELECT turn * 1.5 FROM turns", "1.5 is a DECIMAL in Athena"),
        ("SELECT max(score, 3) FROM turns", "expressions in MAX(score, 3)"),
        ("SELECT count(DISTINCT model, phase) FROM turns", "DISTINCT"),
        ("SELECT lag(score) IGNORE NULLS OVER (ORDER BY turn) FROM turns", "IgnoreNulls in"),
        ("SELECT 1 FROM elsewhere.turns", "elsewhere.turns outside of socratic_bench"),
        ("SELECT upper(NULL)", "NULL as argument"),
        ("DROP TABLE turns", "DROP, expected SELECT"),
        ("INSERT INTO turns SELECT * FROM turns", "INSERT, expected SELECT"),
        ("SHOW TABLES", "COMMAND, expected SELECT"),
    ],
)
def test_what_duckdb_may_answer_otherwise_is_refused(sql: str, expected: str) -> None:
    with pytest.raises(
        QueryError, match=rf"^NOT_SUPPORTED locally: .*{re.escape(expected)}.*; run it without --local$"
    ):
        to_duckdb(prepare(sql, (), CATALOG).query, now=NOW)
