import json
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from lake.events import EventError
from lambdas.watch_calibration import handler as module
from lambdas.watch_calibration.handler import handler
from schemas.names import Metric, Variable
from tests.lake.results import KEY, result

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "lake"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator["S3Client"]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv(Variable.BUCKET, BUCKET)
    monkeypatch.setenv(Variable.METRIC_NAMESPACE, "SocraticBench-x")
    module._s3.cache_clear()
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield client


def put(s3: "S3Client", content: bytes, key: str = KEY) -> dict[str, object]:
    version_id = s3.put_object(Bucket=BUCKET, Key=key, Body=content)["VersionId"]
    return event(key=quote_plus(key, safe="/"), versionId=version_id, sequencer="01")


def event(**described: str) -> dict[str, object]:
    return {"Records": [{"s3": {"bucket": {"name": BUCKET}, "object": described}}]}


def metrics(output: str) -> dict[str, float]:
    [logged] = [json.loads(text) for text in output.splitlines()]
    [directive] = logged["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "SocraticBench-x"
    assert directive["Dimensions"] == [[]]
    units = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
    assert units.get(Metric.MAX_DEVIATION, "None") == units.get(Metric.AVG_DEVIATION, "None") == "None"
    return {metric["Name"]: logged[metric["Name"]] for metric in directive["Metrics"]}


def test_a_result_becomes_metrics_and_one_log_line(
    s3: "S3Client", capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    handler(put(s3, result()), None)
    assert metrics(capsys.readouterr().out) == {
        Metric.MAX_DEVIATION: 0.08,
        Metric.AVG_DEVIATION: 0.03,
        Metric.ALERT_TRIGGERED: 1,
        Metric.INVALID_CALIBRATIONS: 0,
    }
    [record] = caplog.records
    fields = vars(record)
    assert (fields["msg"], fields["object_key"], fields["judge_model"]) == ("watched", KEY, "claude-3-opus")
    assert (fields["MaxDeviation"], fields["alert_threshold"]) == (0.08, 0.05)


@pytest.mark.parametrize(("key", "content"), [(KEY, b"nonsense"), ("calibration/results/a+b%25 é.json", result())])
def test_what_is_no_result_is_counted_and_logged_with_its_reason(
    s3: "S3Client",
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    key: str,
    content: bytes,
) -> None:
    handler(put(s3, content, key), None)
    assert metrics(capsys.readouterr().out) == {Metric.INVALID_CALIBRATIONS: 1}
    [record] = caplog.records
    assert (record.levelno, vars(record)["object_key"]) == (logging.ERROR, key)
    assert vars(record)["reason"]


def test_an_event_is_about_its_version(s3: "S3Client", capsys: pytest.CaptureFixture[str]) -> None:
    first = put(s3, result())
    put(s3, b"nonsense")
    handler(first, None)
    assert metrics(capsys.readouterr().out)[Metric.MAX_DEVIATION] == 0.08


def test_an_event_without_a_version_is_about_the_current_one(
    s3: "S3Client", capsys: pytest.CaptureFixture[str]
) -> None:
    put(s3, result())
    handler(event(key=KEY), None)
    assert metrics(capsys.readouterr().out)[Metric.MAX_DEVIATION] == 0.08


def test_a_result_that_is_gone_changes_nothing(
    s3: "S3Client", capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    announced = put(s3, result())
    [version] = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    s3.delete_object(Bucket=BUCKET, Key=KEY, VersionId=version["VersionId"])
    with caplog.at_level(logging.INFO):
        handler(announced, None)
    assert capsys.readouterr().out == ""
    assert [record.getMessage() for record in caplog.records] == ["gone"]


def test_a_failure_of_aws_raises(s3: "S3Client", monkeypatch: pytest.MonkeyPatch) -> None:
    announced = put(s3, result())
    monkeypatch.setenv(Variable.BUCKET, "elsewhere")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        handler(announced, None)


def test_what_is_no_notification_raises() -> None:
    with pytest.raises(EventError):
        handler({"weeks": []}, None)


def test_the_test_event_that_s3_sends_passes(capsys: pytest.CaptureFixture[str]) -> None:
    handler({"Event": "s3:TestEvent"}, None)
    assert capsys.readouterr().out == ""
