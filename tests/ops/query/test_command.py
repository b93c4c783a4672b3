import csv
import io
import json
import re
from collections.abc import Sequence

import pytest

from ops import cli
from ops.aws import Aws
from ops.query.asking import literal
from schemas.names import PRIMARY_REGION, Names, Output, Part
from tests.ops.conftest import Regions
from tests.ops.query.athena import FakeAthena, page
from tests.ops.query.lake import DATABASE, Lake

SAVED = (
    {
        "Name": "turn_count",
        "Database": DATABASE,
        "QueryString": "SELECT model, count(*) AS n FROM turns GROUP BY model",
    },
    {
        "Name": "one_phase",
        "Database": DATABASE,
        "QueryString": "SELECT turn, turn = 1 AS first FROM turns WHERE dt = '2025-11-05' AND phase = ?",
    },
)
KEY = "raw/dt=2025-11-05/model=model-a/phase=P1/x.jsonl"


@pytest.fixture
def athena(lake: Lake, regions: Regions, monkeypatch: pytest.MonkeyPatch) -> FakeAthena:
    """Give an Athena with saved queries; the lake has an object."""
    regions[PRIMARY_REGION].stacks[Names().stack(Part.CATALOG)] = {
        Output.DATABASE: DATABASE,
        Output.WORKGROUP: "socratic-bench",
    }
    lake.put({KEY: b'{"turn":1}\n{"turn":2}\n{\n'})
    fake = FakeAthena(named=SAVED)
    monkeypatch.setattr(Aws, "_athena", lambda _, region=PRIMARY_REGION: fake if region == PRIMARY_REGION else None)
    return fake


def ended(*arguments: str) -> int:
    return cli.main(["query", *arguments])


@pytest.mark.usefixtures("athena")
def test_saved_query_is_answered_locally(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("turn_count", "--local", "--json") == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert (found["columns"], found["rows"], found["bytes_read"]) == (["model", "n"], [["model-a", 3]], 24)
    assert found["seconds"] >= 0
    assert "dollars" not in found
    assert re.fullmatch(r"0\.0 MB read in \d+\.\d\d s\n", err)


@pytest.mark.usefixtures("athena")
@pytest.mark.parametrize("value", ["P1", "'P1'"])
def test_parameters_are_bound(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("one_phase", "--local", "--csv", "--param", value) == 0
    rows = [*csv.reader(io.StringIO(capsys.readouterr().out))]
    assert rows[0] == ["turn", "first"]
    assert sorted(rows[1:]) == [["", ""], ["1", "true"], ["2", "false"]]


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
    assert ended("turn_count", "--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "columns": ["model", "n"],
        "rows": [["model-a", 3]],
        "bytes_scanned": 25_000_000,
        "seconds": 1.234,
        "dollars": 0.000125,
    }
    assert err == "25.0 MB scanned in 1.23 s, $0.000125\n"
    assert athena.started["WorkGroup"] == "socratic-bench"
    assert athena.started["QueryString"] == SAVED[0]["QueryString"]


def test_athenas_reason_is_one_line_and_exit_2(athena: FakeAthena, capsys: pytest.CaptureFixture[str]) -> None:
    athena.states = [{"State": "FAILED", "StateChangeReason": "COLUMN_NOT_FOUND: line 1:8: Column 'x'\ncannot be"}]
    assert ended("SELECT x FROM turns") == 2
    assert capsys.readouterr() == ("", "ops query: FAILED: COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be\n")


@pytest.mark.usefixtures("athena")
def test_numbers_that_json_lacks_are_athenas_texts(capsys: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT 1E0 / 0 AS a, -1E0 / 0 AS b, 0E0 / 0 AS c, 1.5E0 AS d"
    assert ended(sql, "--local", "--json") == 0
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert found["rows"] == [["Infinity", "-Infinity", "NaN", 1.5]]
    assert ended(sql, "--local", "--csv") == 0
    assert capsys.readouterr().out == "a,b,c,d\r\nInfinity,-Infinity,NaN,1.5\r\n"


@pytest.mark.usefixtures("athena")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nope"], "ops query: no saved query nope: expected SQL or one of one_phase, turn_count\n"),
        (["nope", "--local"], "ops query: no saved query nope: expected SQL or one of one_phase, turn_count\n"),
        (["one_phase", "--local"], "ops query: INVALID_PARAMETER_USAGE: "),
        (["SELECT 1", "--json", "--csv"], "ops query: --csv: expected without --json\n"),
        (["SELECT 1", "--raw"], "ops query: --raw: expected with --csv\n"),
        (["SELECT x FROM turns", "--local"], "ops query: COLUMN_NOT_FOUND: "),
        (["SELEC 1", "--local"], "ops query: SYNTAX_ERROR: "),
        (["SELECT 1 FROM turns WHERE dt > current_date", "--local"], "ops query: TYPE_MISMATCH: "),
        (["SELECT 1 / 0", "--local"], "ops query: DIVISION_BY_ZERO: "),
        (["SHOW TABLES", "--local"], "ops query: NOT_SUPPORTED locally: "),
        ([f"SELECT {'(' * 500}1{')' * 500}", "--local"], "ops query: NOT_SUPPORTED locally: a query that is nested"),
        (
            [f"SELECT a FROM {'(SELECT a FROM ' * 100}(SELECT 1 AS a){')' * 100}", "--local"],
            "ops query: NOT_SUPPORTED",
        ),
        (["SELECT INTERVAL '1' DAY", "--local"], "ops query: NOT_SUPPORTED locally: a result of type "),
    ],
)
def test_what_has_no_answer_is_one_line_and_exit_2(
    arguments: Sequence[str], expected: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert ended(*arguments) == 2
    # With sqlglot's log, which goes past sys.stderr.
    out, err = capfd.readouterr()
    assert err.startswith(expected)
    assert err.count("\n") == 1
    assert out == ""


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
