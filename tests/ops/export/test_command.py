import json
import re
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from ops import cli
from ops.aws import Aws
from ops.export.command import default_id, put_once
from ops.registry.store import Store
from schemas.keys.layout import ExportKey
from schemas.names import PRIMARY_REGION, Names, Output, Part
from tests.ops.conftest import Regions
from tests.ops.query.athena import FakeAthena, page
from tests.ops.query.lake import BUCKET, DATABASE, Lake

KEY = "raw/dt=2025-11-05/model=model-a/phase=P1/x.jsonl"
SQL = "SELECT phase, count(*) AS n FROM turns WHERE phase = ? AND dt = '2025-11-05' GROUP BY phase"
ASKED = (SQL, "--param", "P1", "--local")


@pytest.fixture
def athena(lake: Lake, regions: Regions, monkeypatch: pytest.MonkeyPatch) -> FakeAthena:
    """Give an Athena; the lake has an object."""
    stacks = regions[PRIMARY_REGION].stacks
    stacks[Names().stack(Part.CATALOG)] = {Output.DATABASE: DATABASE, Output.WORKGROUP: "socratic-bench"}
    stacks[Names().stack(Part.STORAGE)] = {Output.BUCKET: BUCKET}
    lake.put({KEY: b'{"turn":1}\n{"turn":2}\n'})
    fake = FakeAthena()
    monkeypatch.setattr(Aws, "_athena", lambda _: fake)
    return fake


def exported(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, object]:
    capsys.readouterr()
    assert cli.main(["export", "--json", *arguments]) == code
    printed: dict[str, object] = json.loads(capsys.readouterr().out)
    return printed


def body(lake: Lake, key: object) -> str:
    return lake.s3.get_object(Bucket=BUCKET, Key=str(key))["Body"].read().decode()


@pytest.mark.usefixtures("athena")
def test_an_answer_is_written_as_csv_under_todays_day(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    printed = exported(capsys, *ASKED)
    key = ExportKey.parse(str(printed["key"]))
    assert key == ExportKey(datetime.now(UTC).date(), default_id(SQL, ["P1"]))
    assert body(lake, key) == "phase,n\r\nP1,2\r\n"
    assert (printed["bucket"], printed["rows"], printed["bytes"]) == (BUCKET, 1, len("phase,n\r\nP1,2\r\n"))
    assert lake.s3.head_object(Bucket=BUCKET, Key=str(key))["ContentType"] == "text/csv; charset=utf-8"


@pytest.mark.usefixtures("athena")
def test_the_same_answer_again_is_a_success_and_another_is_refused(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    key = exported(capsys, *ASKED, "--id", "for-ada")["key"]
    assert str(key).endswith("_for-ada.csv")
    assert exported(capsys, *ASKED, "--id", "for-ada")["key"] == key

    lake.put({KEY.replace("x.", "y."): b'{"turn":1}\n'})
    assert cli.main(["export", *ASKED, "--id", "for-ada"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith(f"ops export: {key} holds another answer: expected another --id, or --force\n")
    assert body(lake, key) == "phase,n\r\nP1,2\r\n"

    exported(capsys, *ASKED, "--id", "for-ada", "--force")
    assert body(lake, key) == "phase,n\r\nP1,3\r\n"


def test_a_formula_is_exported_as_text_unless_it_is_wanted(
    athena: FakeAthena, lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    athena.states = [{"State": "SUCCEEDED"}]
    athena.pages = [page([["text"], ["=1+1"]], {"text": "varchar"})]
    assert body(lake, exported(capsys, "SELECT 1")["key"]) == "text\r\n'=1+1\r\n"
    assert body(lake, exported(capsys, "SELECT 1", "--raw", "--id", "live")["key"]) == "text\r\n=1+1\r\n"


def test_a_write_that_meets_another_is_tried_again(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(s3=lake.s3, bucket=BUCKET, region=PRIMARY_REGION)
    put, answers = store.s3.put_object, ["ConditionalRequestConflict"] * 2

    def conflicting(**request: object) -> object:
        if answers:
            raise ClientError({"Error": {"Code": answers.pop(), "Message": ""}}, "PutObject")
        return put(**request)  # type: ignore[arg-type]

    monkeypatch.setattr(store.s3, "put_object", conflicting)
    assert put_once(store, "exports/x.csv", b"a", force=False)
    assert put_once(store, "exports/x.csv", b"a", force=False)
    assert not put_once(store, "exports/x.csv", b"b", force=False)


@pytest.mark.usefixtures("athena")
def test_people_see_where_it_is_and_what_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", "SELECT 1 AS one FROM turns", "--local"]) == 0
    out, err = capsys.readouterr()
    assert re.search(rf"s3://{BUCKET}/exports/\d{{4}}-\d\d-\d\d_sql-[0-9a-f]{{8}}\.csv", out)
    assert re.search(r"^0\.0 MB read in \d+\.\d\d s\n\Z", err, re.MULTILINE)


def test_athenas_answer_is_exported_too(athena: FakeAthena, lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    athena.states = [{"State": "SUCCEEDED"}]
    athena.pages = [page([["phase", "n"], ["P1", "3"]], {"phase": "varchar", "n": "bigint"})]
    assert body(lake, exported(capsys, SQL, "--param", "P1")["key"]) == "phase,n\r\nP1,3\r\n"


@pytest.mark.usefixtures("athena")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nope"], "ops export: no saved query nope: expected SQL or one of cost_by_model, "),
        ([*ASKED, "--id", "a/b"], "ops export: argument --id: 'a/b': expected up to 128 letters, digits"),
        ([*ASKED, "--id", ""], "ops export: argument --id: '': expected up to 128 letters, digits"),
    ],
)
def test_what_cannot_be_exported_is_one_line_and_exit_2(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = cli.main(["export", *arguments])
    except SystemExit as ended:
        code = ended.code
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith(expected)
    assert err.count("\n") == 1


def test_an_id_follows_from_query_and_parameters() -> None:
    assert default_id("turn_count", ["P1"]) == default_id("turn_count", ["P1"])
    ids = [default_id("turn_count", []), default_id("turn_count", ["P1"]), default_id("SELECT 1", [])]
    assert len({*ids}) == 3
    assert [found.rpartition("-")[0] for found in ids] == ["turn_count", "turn_count", "sql"]
    assert default_id("x" * 200, []).startswith("sql-")
