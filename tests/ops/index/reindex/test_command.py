import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from lake.events import object_events
from ops import cli
from ops.aws import Aws
from ops.failures import UnusableError
from ops.index.ranges import first_day, last_day
from tests.lambdas.index_run.turns import RAW_KEY, line
from tests.ops.conftest import Deployed
from tests.ops.functions import FakeLambda, IndexRun

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

KEY = str(RAW_KEY)
OTHER_DAY = KEY.replace("2025-11-05", "2025-11-12")
STRAY = "raw/stray é+.jsonl"


@pytest.fixture
def index_run(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> IndexRun:
    """Give a lake of three objects that are not indexed."""
    function = IndexRun(deployed)
    fake = FakeLambda({deployed.index_run: function})
    monkeypatch.setattr(Aws, "_repeatable_lambda", lambda _: fake)
    # moto leaves out the first key after a marker: here one that is never indexed.
    for key in (KEY, OTHER_DAY, STRAY, "raw/dt=2025-11-04/note.txt"):
        deployed.s3.put_object(Bucket=deployed.bucket, Key=key, Body=line(1))
    return function


def items(deployed: Deployed) -> "dict[str, dict[str, AttributeValueTypeDef]]":
    return {item["object_key"]["S"]: item for item in deployed.dynamodb.scan(TableName=deployed.table)["Items"]}


@pytest.mark.usefixtures("index_run")
def test_a_lost_index_is_written_again(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["reindex", "--json"]) == 0
    found = {"objects": 3, "bytes": 3 * len(line(1)), "archived": 0, "first_archived": [], "failures": []}
    assert json.loads(capsys.readouterr().out) == found
    assert {key: item["status"]["S"] for key, item in items(deployed).items()} == {
        KEY: "ok",
        OTHER_DAY: "ok",
        STRAY: "invalid",
    }
    assert cli.main(["reindex", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == found


def test_objects_go_together_in_one_invocation(index_run: IndexRun) -> None:
    assert cli.main(["reindex"]) == 0
    assert [len(events) for events in index_run.events] == [3]


@pytest.mark.usefixtures("index_run")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--since", "2025-W45", "--until", "2025-W45"], {KEY}),
        (["--until", "2025-11-05"], {KEY}),
        (["--prefix", OTHER_DAY], {OTHER_DAY}),
        (["--prefix", "raw/stray"], {STRAY}),
    ],
)
def test_only_what_is_chosen_is_indexed(deployed: Deployed, arguments: list[str], expected: set[str]) -> None:
    assert cli.main(["reindex", *arguments]) == 0
    assert items(deployed).keys() == expected


@pytest.mark.usefixtures("index_run")
def test_what_is_right_stays_unless_forced(deployed: Deployed) -> None:
    assert cli.main(["reindex"]) == 0
    item = items(deployed)[KEY]
    deployed.dynamodb.put_item(TableName=deployed.table, Item={**item, "turn_count": {"N": "99"}})
    assert cli.main(["reindex"]) == 0
    assert items(deployed)[KEY]["turn_count"] == {"N": "99"}
    assert cli.main(["reindex", "--force"]) == 0
    assert items(deployed)[KEY] == item


def test_a_dry_run_counts_and_writes_nothing(
    deployed: Deployed, index_run: IndexRun, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["reindex", "--dry-run"]) == 0
    assert "Would be reindexed" in capsys.readouterr().out
    assert index_run.events == []
    assert items(deployed) == {}


def test_an_object_that_fails_is_named_with_its_reason_and_the_others_are_indexed(
    deployed: Deployed, index_run: IndexRun, capsys: pytest.CaptureFixture[str]
) -> None:
    index_run.poisoned.add(KEY)
    assert cli.main(["reindex", "--json"]) == 1
    [failure] = json.loads(capsys.readouterr().out)["failures"]
    assert failure == {"key": KEY, "reason": "ConnectionError: poisoned"}
    assert items(deployed).keys() == {OTHER_DAY, STRAY}
    assert cli.main(["reindex"]) == 1
    assert "Could not be indexed" in capsys.readouterr().out


def test_an_object_that_breaks_its_request_is_found_and_the_others_are_indexed(
    deployed: Deployed, index_run: IndexRun, capsys: pytest.CaptureFixture[str]
) -> None:
    index_run.breaks.add(OTHER_DAY)
    assert cli.main(["reindex", "--json"]) == 1
    [failure] = json.loads(capsys.readouterr().out)["failures"]
    assert failure == {"key": OTHER_DAY, "reason": "Task timed out after 900 seconds"}
    assert items(deployed).keys() == {KEY, STRAY}


@pytest.mark.usefixtures("index_run")
def test_an_archived_object_is_left_out_and_named_with_what_to_do(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.s3.put_object(Bucket=deployed.bucket, Key=STRAY, StorageClass="DEEP_ARCHIVE")
    assert cli.main(["reindex", "--json"]) == 1
    done = json.loads(capsys.readouterr().out)
    assert (done["objects"], done["archived"], done["first_archived"]) == (2, 1, [STRAY])
    assert cli.main(["reindex"]) == 1
    assert capsys.readouterr().err == (
        "ops reindex: archived: 1: run these, wait up to 48 hours, and run this again:\n"
        "aws s3api restore-object --region us-east-1 --bucket lake --key 'raw/stray é+.jsonl' "
        "--restore-request 'Days=7,GlacierJobParameters={Tier=Bulk}'\n"
    )
    assert items(deployed).keys() == {KEY, OTHER_DAY}


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ([], "go on with --since 2025-11-05 in place of the range that was given"),
        (["--until", "2025-11-20"], "go on with --since 2025-11-05 --until 2025-11-20 in place of the range that"),
        (["--prefix", "raw/dt="], "run this again"),
    ],
)
def test_credentials_that_expire_half_way_say_where_to_go_on(
    arguments: list[str],
    hint: str,
    index_run: IndexRun,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def expire(event: object) -> object:
        # The SDK's own class for a process that prints no JSON is none of botocore's.
        if index_run.events:
            raise UnusableError("AWS, as configured: JSONDecodeError: Expecting value")
        return index_run(event)

    monkeypatch.setattr(Aws, "_repeatable_lambda", lambda _: FakeLambda({index_run.deployed.index_run: expire}))
    monkeypatch.setattr("lambdas.reconcile_daily.repair.BATCH_OBJECTS", 1)
    monkeypatch.setattr("ops.index.reindex.reindex.WORKERS", 1)
    assert cli.main(["reindex", "--json", *arguments]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["objects"] == 1
    assert err.startswith(f"ops reindex: AWS, as configured: JSONDecodeError: Expecting value; {hint}")
    assert err.count("\n") == 1


def test_an_invocation_that_aws_refuses_keeps_no_other_object_from_being_indexed(
    index_run: IndexRun, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(event: object) -> object:
        if KEY in {each.key for each in object_events(event)}:
            raise ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "x"}}, "Invoke")
        return index_run(event)

    monkeypatch.setattr(Aws, "_repeatable_lambda", lambda _: FakeLambda({index_run.deployed.index_run: refuse}))
    monkeypatch.setattr("lambdas.reconcile_daily.repair.BATCH_OBJECTS", 1)
    assert cli.main(["reindex", "--json"]) == 1
    done = json.loads(capsys.readouterr().out)
    assert done["failures"] == [{"key": KEY, "reason": "AWS refused Invoke: TooManyRequestsException: x"}]
    assert items(index_run.deployed).keys() == {OTHER_DAY, STRAY}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--since", "2025-W60"], "ops reindex: argument --since: '2025-W60': expected a calendar date YYYY-MM-DD"),
        (["--until", "2025-11-31"], "ops reindex: argument --until: '2025-11-31': expected a calendar date"),
        (["--since", "2025-W46", "--until", "2025-W45"], "ops reindex: --since, --until: 2025-11-10 to 2025-11-09: "),
        (
            ["--prefix", "scores/"],
            "ops reindex: argument --prefix: 'scores/': expected a prefix that begins with raw/",
        ),
        (["--prefix", "raw/a", "--since", "2025-W45"], "ops reindex: --prefix: expected without --since and --until"),
    ],
)
def test_a_range_that_is_none_is_one_line_and_exit_2(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = cli.main(["reindex", *arguments])
    except SystemExit as ended:
        code = ended.code
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith(expected)
    assert err.count("\n") == 1


def test_a_week_begins_on_its_monday_and_ends_on_its_sunday() -> None:
    assert (str(first_day("2025-W45")), str(last_day("2025-W45"))) == ("2025-11-03", "2025-11-09")
    assert str(first_day("2025-11-05")) == str(last_day("2025-11-05")) == "2025-11-05"
