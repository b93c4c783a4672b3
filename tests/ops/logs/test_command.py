import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest

from ops import cli
from ops.aws import Aws
from schemas.names import PRIMARY_REGION, Function, Names, Part
from tests.ops.conftest import Regions

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

GROUP = "/index-run"
ERROR = {"level": "ERROR", "message": "not indexed", "object_key": "raw/a.jsonl"}
INDEXED = {"level": "INFO", "message": "indexed", "registered_model": False}


class Functions:
    """The one call of Lambda that the command makes."""

    @staticmethod
    def get_function_configuration(*, FunctionName: str) -> dict[str, object]:  # noqa: N803 (boto3's name)
        return {"LoggingConfig": {"LogGroup": GROUP} if FunctionName == "IndexRun-1" else {}}


@pytest.fixture
def log(request: pytest.FixtureRequest, regions: Regions, monkeypatch: pytest.MonkeyPatch) -> "CloudWatchLogsClient":
    request.getfixturevalue("moto")
    functions = {Function.INDEX_RUN.output: "IndexRun-1", Function.WATCH_CALIBRATION.output: "WatchCalibration-1"}
    regions[PRIMARY_REGION].stacks[Names().stack(Part.INDEX)] = functions
    monkeypatch.setattr(Aws, "_lambda", lambda *_: Functions())
    client = boto3.client("logs", region_name=PRIMARY_REGION)
    client.create_log_group(logGroupName=GROUP)
    client.create_log_stream(logGroupName=GROUP, logStreamName="s")
    return client


def write(client: "CloudWatchLogsClient", *messages: object, hours_ago: float = 1) -> None:
    at = int((datetime.now(UTC) - timedelta(hours=hours_ago)).timestamp() * 1000)
    events = [{"timestamp": at, "message": json.dumps(message)} for message in messages]
    client.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=events)  # type: ignore[arg-type] # dicts


def test_lines_of_the_last_day_are_shown(log: "CloudWatchLogsClient", capsys: pytest.CaptureFixture[str]) -> None:
    write(log, {"level": "INFO", "message": "old"}, hours_ago=30)
    write(log, ERROR, INDEXED)
    assert cli.main(["logs", "IndexRun"]) == 0
    out, err = capsys.readouterr()
    assert [line[21:] for line in out.splitlines()] == [
        "ERROR   not indexed object_key=raw/a.jsonl",
        "INFO    indexed registered_model=false",
    ]
    assert err == "lines of the last 24 h: 2\n"
    assert cli.main(["logs", "IndexRun", "--hours", "48"]) == 0
    assert capsys.readouterr().err == "lines of the last 48 h: 3\n"


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["--errors"], ["not indexed object_key=raw/a.jsonl"]),
        (["--match", "registered_model=false"], ["indexed registered_model=false"]),
        (["--errors", "--match", "registered_model"], []),
    ],
)
def test_lines_can_be_chosen(
    log: "CloudWatchLogsClient", capsys: pytest.CaptureFixture[str], arguments: list[str], texts: list[str]
) -> None:
    write(log, ERROR, INDEXED)
    assert cli.main(["logs", "IndexRun", "--json", *arguments]) == 0
    assert [line["text"] for line in json.loads(capsys.readouterr().out)["lines"]] == texts


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["logs", "WatchCalibration"], "ops logs: function WatchCalibration-1 has no log group"),
        (["logs", "Nonsense"], "ops logs: argument FUNCTION: invalid choice: 'Nonsense'"),
        (["logs", "IndexRun", "--hours", "0"], "ops logs: argument --hours: '0': expected hours, up to 4320"),
        (["logs", "IndexRun", "--hours", "nan"], "ops logs: argument --hours: 'nan': expected hours"),
        (["logs", "IndexRun", "--hours", "soon"], "ops logs: argument --hours: 'soon': expected hours"),
    ],
)
def test_what_cannot_be_shown_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    try:
        code: object = cli.main(arguments)
    except SystemExit as ended:
        code = ended.code
    err = capsys.readouterr().err
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith(line)
