import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import boto3
import pytest

from lake.events import repair_event
from lambdas.index_run import handler as module
from lambdas.index_run.handler import handler
from schemas.names import Metric, Variable
from tests.lake.test_results import SUMMARY, SUMMARY_KEY
from tests.lambdas.index_run.conftest import BUCKET, TABLE
from tests.lambdas.index_run.turns import RAW_KEY, line
from tests.store import ClientStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

Event = dict[str, list[dict[str, object]]]


pytestmark = pytest.mark.usefixtures("s3", "dynamodb")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(Variable.BUCKET, BUCKET)
    monkeypatch.setenv(Variable.RUNS_TABLE, TABLE)
    monkeypatch.setenv(Variable.FIRST_DT, "2025-01-01")
    monkeypatch.setenv(Variable.FIRST_WEEK, "2025-W01")
    monkeypatch.setenv(Variable.METRIC_NAMESPACE, "SocraticBench")
    monkeypatch.setattr(module, "S3Store", lambda bucket: ClientStore(boto3.client("s3"), bucket))
    module._indexer.cache_clear()


def put(s3: "S3Client", key: str, content: bytes, sequencer: str = "01") -> Event:
    version_id = s3.put_object(Bucket=BUCKET, Key=key, Body=content)["VersionId"]
    described = {"key": quote_plus(key, safe="/"), "versionId": version_id, "sequencer": sequencer}
    return {"Records": [{"s3": {"bucket": {"name": BUCKET}, "object": described}}]}


def statuses(dynamodb: "DynamoDBClient") -> dict[str, str]:
    return {i["object_key"]["S"]: i["status"]["S"] for i in dynamodb.scan(TableName=TABLE)["Items"]}


def metrics(output: str) -> dict[str, int]:
    [logged] = [json.loads(text) for text in output.splitlines()]
    assert "true" not in output
    [directive] = logged["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "SocraticBench"
    assert directive["Dimensions"] == [[]]
    return {metric["Name"]: logged[metric["Name"]] for metric in directive["Metrics"]}


def test_each_object_of_an_event_is_indexed_whatever_its_key_holds(
    s3: "S3Client", dynamodb: "DynamoDBClient", capsys: pytest.CaptureFixture[str]
) -> None:
    odd = "raw/a+b c%25/é.jsonl"
    event = put(s3, str(RAW_KEY), line(1) + b"\n{")
    event["Records"] += put(s3, odd, b"")["Records"]
    handler(event, None)
    assert statuses(dynamodb) == {str(RAW_KEY): "partial", odd: "invalid"}
    assert metrics(capsys.readouterr().out) == {
        Metric.RUNS: 2,
        Metric.TURNS: 1,
        Metric.INVALID_LINES: 1,
        Metric.INVALID_RUNS: 1,
        Metric.UNREGISTERED_MODELS: 0,
        Metric.UNPROJECTED_RUNS: 0,
    }


def test_a_duplicate_event_counts_nothing_and_changes_nothing(
    s3: "S3Client", dynamodb: "DynamoDBClient", capsys: pytest.CaptureFixture[str]
) -> None:
    event = put(s3, str(RAW_KEY), line(1))
    handler(event, None)
    before = dynamodb.scan(TableName=TABLE)["Items"]
    capsys.readouterr()
    handler(event, None)
    assert dynamodb.scan(TableName=TABLE)["Items"] == before
    assert capsys.readouterr().out == ""


def test_an_object_that_is_gone_is_counted(s3: "S3Client", capsys: pytest.CaptureFixture[str]) -> None:
    event = put(s3, str(RAW_KEY), line(1))
    [version] = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    s3.delete_object(Bucket=BUCKET, Key=str(RAW_KEY), VersionId=version["VersionId"])
    handler(event, None)
    assert metrics(capsys.readouterr().out) == {Metric.GONE: 1}


def test_a_failure_of_aws_raises_after_the_other_objects_were_indexed(
    s3: "S3Client", dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned, good = "raw/poisoned.jsonl", str(RAW_KEY)
    event = put(s3, poisoned, b"")
    event["Records"] += put(s3, good, line(1))["Records"]
    indexer = module._indexer()
    put_newer = indexer.items.put_newer

    def fail_once(item: dict[str, object]) -> object:
        if item["object_key"] == poisoned:
            raise ConnectionError("table is away")
        return put_newer(item)  # type: ignore[arg-type] # as the table takes it

    monkeypatch.setattr(type(indexer.items), "put_newer", lambda _, item: fail_once(item))
    with pytest.raises(ExceptionGroup, match="objects not indexed") as raised:
        handler(event, None)
    assert [str(error) for error in raised.value.exceptions] == ["table is away"]
    assert statuses(dynamodb) == {good: "ok"}
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert vars(record)["object_key"] == poisoned


def test_what_happened_to_an_object_is_logged_with_its_key_and_reasons(
    s3: "S3Client", caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        handler(put(s3, str(RAW_KEY), b"{"), None)
    [record] = [record for record in caplog.records if record.getMessage() == "indexed"]
    fields = vars(record)
    assert fields["object_key"] == str(RAW_KEY)
    assert fields["status"] == "invalid"
    assert fields["invalid_reasons"] == {"malformed": 1}
    assert (fields["registered_model"], fields["projected"]) == (True, True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (json.dumps(SUMMARY).encode(), None),
        (json.dumps(SUMMARY, indent=2).encode(), "multi_line: 12 lines: expected one line of JSON"),
        (b"x" * (17 * 1024 * 1024), "oversized: more than 16777216 bytes"),
    ],
    ids=["valid", "over several lines", "too large"],
)
def test_a_summary_is_checked_and_counted(
    s3: "S3Client",
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    content: bytes,
    reason: str | None,
) -> None:
    handler(put(s3, SUMMARY_KEY, content), None)
    expected = {Metric.INVALID_SUMMARIES: int(reason is not None)}
    assert metrics(capsys.readouterr().out) == expected
    assert [vars(record).get("reason") for record in caplog.records if record.levelno == logging.ERROR] == (
        [reason] if reason else []
    )


def test_a_summary_has_no_item(s3: "S3Client", dynamodb: "DynamoDBClient") -> None:
    handler(put(s3, SUMMARY_KEY, json.dumps(SUMMARY).encode()), None)
    assert statuses(dynamodb) == {}


def test_a_summary_that_is_gone_is_counted(s3: "S3Client", capsys: pytest.CaptureFixture[str]) -> None:
    event = put(s3, SUMMARY_KEY, b"{}")
    [version] = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    s3.delete_object(Bucket=BUCKET, Key=SUMMARY_KEY, VersionId=version["VersionId"])
    handler(event, None)
    assert metrics(capsys.readouterr().out) == {Metric.GONE: 1}


def test_a_request_to_repair_is_answered_with_what_failed_and_raises_nothing(
    s3: "S3Client", dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archived, poisoned, gone = "raw/archived.jsonl", "raw/poisoned.jsonl", "raw/gone.jsonl"
    put(s3, str(RAW_KEY), line(1))
    s3.put_object(Bucket=BUCKET, Key=archived, StorageClass="DEEP_ARCHIVE")
    s3.put_object(Bucket=BUCKET, Key=poisoned)
    indexer = module._indexer()
    put_over = indexer.items.put_over

    def fail_once(item: dict[str, object], seen: object) -> object:
        if item["object_key"] == poisoned:
            raise ConnectionError("table is\naway")
        return put_over(item, seen)  # type: ignore[arg-type] # as the table takes them

    monkeypatch.setattr(type(indexer.items), "put_over", lambda _, item, seen: fail_once(item, seen))
    assert handler(repair_event([str(RAW_KEY), archived, poisoned, gone]), None) == {
        "failures": {poisoned: "ConnectionError: table is away"},
        "archived": [archived],
    }
    assert statuses(dynamodb) == {str(RAW_KEY): "ok"}
    found = metrics(capsys.readouterr().out)
    assert (found[Metric.RUNS], found[Metric.GONE]) == (1, 1)


def test_the_test_event_that_s3_sends_passes(capsys: pytest.CaptureFixture[str]) -> None:
    handler({"Event": "s3:TestEvent"}, None)
    assert capsys.readouterr().out == ""
