import csv
import io
import json
import re
from collections.abc import Sequence

import pytest

from ops import cli
from ops.aws import Aws
from ops.query.asking import literal
from schemas.catalog.queries import LAYOUT_QUERIES, queries
from schemas.names import PRIMARY_REGION, Names, Output, Part
from tests.ops.conftest import Regions
from tests.ops.query.athena import FakeAthena, page
from tests.ops.query.lake import DATABASE, Lake

KEY = "raw/dt=2025-11-05/model=model-a/phase=P1/x.jsonl"
VIOLATIONS = next(query.sql for query in LAYOUT_QUERIES if query.name == "violation_mix")
NOTICE = "This is DuckDB's SQL over the lake's tables; Athena may answer otherwise (--trino asks its engine).\n"
KNOWN = ", ".join(sorted(query.name for query in queries(["a"])))


@pytest.fixture
def athena(lake: Lake, regions: Regions, monkeypatch: pytest.MonkeyPatch) -> FakeAthena:
    """Give an Athena; the lake has an object."""
    regions[PRIMARY_REGION].stacks[Names().stack(Part.CATALOG)] = {
        Output.DATABASE: DATABASE,
        Output.WORKGROUP: "socratic-bench",
    }
    lake.put({KEY: b'{"turn":1,"violations":["lecturing"]}\n{"turn":2}\n{\n'})
    fake = FakeAthena()
    monkeypatch.setattr(Aws, "_athena", lambda _, region=PRIMARY_REGION: fake if region == PRIMARY_REGION else None)
    return fake


def ended(*arguments: str) -> int:
    return cli.main(["query", *arguments])


@pytest.mark.usefixtures("athena")
def test_saved_query_is_answered_locally(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("violation_mix", "--local", "--json") == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["columns"] == ["model", "violation", "count"]
    assert (found["rows"], found["bytes_read"]) == ([["model-a", "lecturing", 1]], 51)
    assert found["seconds"] >= 0
    assert "dollars" not in found
    assert re.fullmatch(r"0\.0 MB read in \d+\.\d\d s\n", err)


@pytest.mark.usefixtures("athena")
@pytest.mark.parametrize("value", ["P1", "'P1'"])
def test_parameters_are_bound(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT turn, turn = 1 AS first FROM turns WHERE dt = '2025-11-05' AND phase = ?"
    assert ended(sql, "--local", "--csv", "--param", value) == 0
    out, err = capsys.readouterr()
    rows = [*csv.reader(io.StringIO(out))]
    assert rows[0] == ["turn", "first"]
    assert sorted(rows[1:]) == [["", ""], ["1", "true"], ["2", "false"]]
    assert err.startswith(NOTICE)


@pytest.mark.usefixtures("athena")
def test_people_get_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("SELECT turn, turn > 1 AS late FROM turns ORDER BY turn", "--local") == 0
    out = capsys.readouterr().out
    assert "3 rows" in out
    assert re.search(r"2 │ true", out)
    assert re.search(r"- │ -", out)


def test_athena_is_asked_through_the_workgroup(athena: FakeAthena, capsys: pytest.CaptureFixture[str]) -> None:
    athena.states = [{"State": "SUCCEEDED"}]
    athena.pages = [page([["model", "n"], ["model-a", "3"]], {"model": "varchar", "n": "bigint"})]
    assert ended("violation_mix", "--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "columns": ["model", "n"],
        "rows": [["model-a", 3]],
        "bytes_scanned": 25_000_000,
        "seconds": 1.234,
        "dollars": 0.000125,
    }
    assert err == "25.0 MB scanned in 1.23 s, $0.000125\n"
    assert (athena.started["WorkGroup"], athena.started["QueryString"]) == ("socratic-bench", VIOLATIONS)


def test_athenas_reason_is_one_line_and_exit_2(athena: FakeAthena, capsys: pytest.CaptureFixture[str]) -> None:
    athena.states = [{"State": "FAILED", "StateChangeReason": "COLUMN_NOT_FOUND: line 1:8: Column 'x'\ncannot be"}]
    assert ended("SELECT x FROM turns") == 2
    assert capsys.readouterr() == ("", "ops query: FAILED: COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be\n")


@pytest.mark.usefixtures("athena")
def test_numbers_that_json_lacks_are_athenas_texts(capsys: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT CAST('inf' AS DOUBLE) AS a, -CAST('inf' AS DOUBLE) AS b, CAST('nan' AS DOUBLE) AS c, 1.5E0 AS d"
    assert ended(sql, "--local", "--json") == 0
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert found["rows"] == [["Infinity", "-Infinity", "NaN", 1.5]]
    assert ended(sql, "--local", "--csv") == 0
    assert capsys.readouterr().out == "a,b,c,d\r\nInfinity,-Infinity,NaN,1.5\r\n"


@pytest.mark.parametrize("place", [[], ["--local"], ["--trino", "http://127.0.0.1:9"]])
def test_unknown_name_is_refused_before_anything_is_asked(
    place: Sequence[str], regions: Regions, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("nope", *place) == 2
    assert capsys.readouterr() == ("", f"ops query: no saved query nope: expected SQL or one of {KNOWN}\n")
    assert not regions


@pytest.mark.usefixtures("athena")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["coverage", "--local"], "Invalid Input Error: Values were not provided for the following parameters: 1"),
        (["SELECT 1", "--json", "--csv"], "--csv: expected without --json"),
        (["SELECT 1", "--raw"], "--raw: expected with --csv"),
        (["SELECT x FROM turns", "--local"], 'Binder Error: Referenced column "x" not found in FROM clause!'),
        (["SELECT 1 FROM nowhere", "--local"], "Catalog Error: Table with name nowhere does not exist!"),
        (["SELEC 1", "--local"], 'Parser Error: syntax error at or near "SELEC"'),
        (["CREATE TABLE x (y INT)", "--local"], "expected one statement, a SELECT"),
        (["SELECT 1; SELECT 2", "--local"], "expected one statement, a SELECT"),
        (
            ["SELECT INTERVAL '1' DAY", "--local"],
            "not read locally: a result of type ",
        ),
        (["SELECT 1", "--trino", "127.0.0.1:8080"], "--trino 127.0.0.1:8080: expected a URL such as http://"),
        (["SELECT 1", "--trino", "http://[::1"], "--trino http://[::1: expected a URL such as http://"),
        (["SELECT 1", "--trino", "http://x:99999"], "--trino http://x:99999: expected a URL such as http://"),
        (["SELECT 1", "--trino", "ftp://x"], "--trino ftp://x: expected a URL such as http://"),
    ],
)
def test_what_has_no_answer_is_one_line_and_exit_2(
    arguments: Sequence[str], expected: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert ended(*arguments) == 2
    out, err = capfd.readouterr()
    assert out == ""
    lines = [line for line in err.splitlines(keepends=True) if line != NOTICE]
    assert len(lines) == 1
    assert lines[0].startswith(f"ops query: {expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", "5"),
        ("-8.5e3", "-8.5e3"),
        ("true", "true"),
        ("NULL", "NULL"),
        ("'it''s'", "'it''s'"),
        ("DATE '2025-11-05'", "DATE '2025-11-05'"),
        ("2025-W45", "'2025-W45'"),
        ("2025-11-05", "'2025-11-05'"),
        ("it's", "'it''s'"),
        ("'a' OR 'b'", "'''a'' OR ''b'''"),
        ("5; DROP", "'5; DROP'"),
        ("", "''"),
        ("٣", "'٣'"),
    ],
)
def test_parameter_is_a_literal_or_else_text(text: str, expected: str) -> None:
    assert literal(text) == expected
