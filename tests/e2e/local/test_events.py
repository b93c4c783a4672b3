import json
import time
from collections.abc import Mapping

import pytest

from tests.e2e.local.template import LAKE
from tools.local.endpoint import Credentials, Endpoint

pytestmark = pytest.mark.e2e

SECONDS = 30.0


def seen(aws: Endpoint, version: str) -> Mapping[str, str]:
    """Return what the function saved of one version of an object, once it has."""
    table = aws.client("dynamodb")
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        item = table.get_item(TableName="Seen", Key={"version": {"S": version}}).get("Item")
        if item:
            return {name: value["S"] for name, value in item.items()}
    pytest.fail(f"the function saw nothing of version {version} within {SECONDS:g} s")


def put(aws: Endpoint, writer: Credentials, key: str) -> str:
    return aws.client("s3", credentials=writer).put_object(Bucket=LAKE, Key=key, Body=b"{}")["VersionId"]


def test_event_key_is_url_encoded(aws: Endpoint, writer: Credentials) -> None:
    item = seen(aws, put(aws, writer, "raw/dt=2025-11-05/a+b é%.jsonl"))
    assert item["key"] == "raw/dt=2025-11-05/a+b é%.jsonl"
    assert item["raw_key"] == "raw/dt%3D2025-11-05/a%2Bb+%C3%A9%25.jsonl"


def test_sequencer_grows_with_each_version_of_a_key(aws: Endpoint, writer: Credentials) -> None:
    versions = [put(aws, writer, "raw/again.jsonl") for _ in range(3)]
    sequencers = [seen(aws, version)["sequencer"] for version in versions]
    assert sequencers == sorted(set(sequencers))
    assert all(int(sequencer, 16) for sequencer in sequencers)


def test_function_has_only_the_permissions_of_its_role(aws: Endpoint, writer: Credentials) -> None:
    assert seen(aws, put(aws, writer, "raw/role.jsonl"))["refusal"] == "AccessDeniedException"


def test_a_burst_beyond_the_reserved_concurrency_loses_nothing(aws: Endpoint, writer: Credentials) -> None:
    versions = [put(aws, writer, f"raw/burst/{number}.jsonl") for number in range(20)]
    assert [seen(aws, version)["key"] for version in versions] == [
        f"raw/burst/{number}.jsonl" for number in range(20)
    ]


def test_a_failing_event_is_retried_as_configured_and_then_kept(aws: Endpoint, writer: Credentials) -> None:
    put(aws, writer, "raw/poison.jsonl")
    sqs = aws.client("sqs")
    (queue,) = sqs.list_queues(QueueNamePrefix="Lake-DeadLetters")["QueueUrls"]
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    record = json.loads(message["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["requestContext"]["functionArn"].endswith(":function:Index:$LATEST")
    assert record["requestPayload"]["Records"][0]["s3"]["object"]["key"] == "raw/poison.jsonl"
    assert record["responsePayload"]["errorMessage"] == "poisoned"
    assert record["responseContext"]["functionError"] == "Unhandled"
