"""IndexRun as it is deployed, driven by the bucket's own events."""

import json
from collections.abc import Mapping

import pytest

from schemas.names import Function, Output
from schemas.run_index import Attribute
from tests.e2e.lake.conftest import Item, Lake, eventually
from tests.lake.test_results import SUMMARY, SUMMARY_KEY
from tests.lambdas.index_run.turns import RAW_KEY, line
from tools.local.roles import policy

pytestmark = pytest.mark.e2e


def raw_key(number: int) -> str:
    return str(RAW_KEY).replace(RAW_KEY.run_id, f"01HQVZ3K9X12345678900000{number:02}")


def line_at(number: int, *, score: float = 9.0) -> bytes:
    return line(run_id=f"01HQVZ3K9X12345678900000{number:02}", score=score)


def event_of(item: Item) -> Mapping[str, object]:
    """Return the notification that an item was made from, as S3 would repeat it."""
    described = {
        "key": item[Attribute.OBJECT_KEY]["S"],
        "versionId": item[Attribute.VERSION_ID]["S"],
        "sequencer": item[Attribute.SEQUENCER]["S"],
    }
    return {"Records": [{"s3": {"object": described}}]}


def test_a_new_object_is_indexed_by_its_event(lake: Lake) -> None:
    item = lake.put(raw_key(1), line_at(1))
    assert item[Attribute.STATUS]["S"] == "ok"
    assert item[Attribute.TURN_COUNT]["N"] == "1"
    assert item[Attribute.REGISTERED_MODEL]["BOOL"]
    assert item[Attribute.WEEK]["S"] == "2025-W45"


def test_a_duplicate_event_changes_nothing(lake: Lake) -> None:
    item = lake.put(raw_key(2), line_at(2))
    lake.index(event_of(item))
    assert lake.item(raw_key(2)) == item


def test_an_old_event_after_a_new_one_changes_nothing(lake: Lake) -> None:
    old = lake.put(raw_key(3), line_at(3))
    new = lake.put(raw_key(3), line_at(3, score=5.0))
    lake.index(event_of(old))
    assert lake.item(raw_key(3)) == new
    assert new[Attribute.MEAN_SCORE]["N"] == "5"


def delete_version(lake: Lake, item: Item) -> None:
    """Delete the version that an item describes, as root: the bucket lets the eraser alone do it."""
    key, version_id = item[Attribute.OBJECT_KEY]["S"], item[Attribute.VERSION_ID]["S"]
    lake.endpoint.client("s3").delete_object(Bucket=lake.deployment.bucket, Key=key, VersionId=version_id)


def test_an_event_whose_version_is_gone_leaves_the_current_one(lake: Lake) -> None:
    old = lake.put(raw_key(4), line_at(4))
    new = lake.put(raw_key(4), line_at(4, score=5.0))
    delete_version(lake, old)
    lake.index(event_of(old))
    assert lake.item(raw_key(4)) == new


def test_the_item_of_an_object_that_is_gone_is_removed(lake: Lake) -> None:
    item = lake.put(raw_key(5), line_at(5))
    delete_version(lake, item)
    lake.index(event_of(item))
    assert lake.item(raw_key(5)) is None


@pytest.mark.parametrize("key", ["raw/a+b.jsonl", "raw/100%.jsonl", "raw/with space/é€😀.jsonl", "raw/%2B.jsonl"])
def test_a_key_that_is_encoded_in_the_event_is_indexed_as_it_is(lake: Lake, key: str) -> None:
    item = lake.put(key, b"")
    assert item[Attribute.OBJECT_KEY]["S"] == key
    assert item[Attribute.INVALID_REASONS]["M"] == {"bad_key": {"N": "1"}}


@pytest.mark.parametrize(
    ("number", "content", "status"),
    [
        (6, b"\x00\xff\xfe\x80" * 100_000, "invalid"),
        (7, b"[" * 1_000_000, "invalid"),
        (8, b"x" * (17 * 1024 * 1024), "invalid"),
        (9, line_at(9) + b"\n" + line_at(9)[:-5], "partial"),
        (10, b"", "invalid"),
    ],
)
def test_a_poisoned_object_is_indexed(lake: Lake, number: int, content: bytes, status: str) -> None:
    item = lake.put(raw_key(number), content)
    assert item[Attribute.STATUS]["S"] == status


def test_a_summary_over_several_lines_is_counted_when_it_arrives(lake: Lake) -> None:
    content = json.dumps(SUMMARY, indent=2).encode()
    metrics = lake.metrics(
        Function.INDEX_RUN,
        lambda: lake.s3().put_object(Bucket=lake.deployment.bucket, Key=SUMMARY_KEY, Body=content),
    )
    assert metrics["InvalidSummaries"] == 1


def test_a_table_that_fails_leaves_the_event_in_the_dead_letter_queue_from_which_it_is_replayed(lake: Lake) -> None:
    iam = lake.endpoint.client("iam")
    configuration = lake.endpoint.client("lambda").get_function_configuration(
        FunctionName=lake.deployment.function(Function.INDEX_RUN)
    )
    role = configuration["Role"].rpartition("/")[2]
    deny = policy({"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": "*"})
    iam.put_role_policy(RoleName=role, PolicyName="failing-table", PolicyDocument=deny)
    try:
        lake.s3().put_object(Bucket=lake.deployment.bucket, Key=raw_key(11), Body=line_at(11))
        letters = eventually(lambda: dead_letters(lake), bool)
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="failing-table")
    assert letters is not None
    (letter,) = letters
    assert letter["requestContext"]["condition"] == "RetriesExhausted"
    assert letter["requestContext"]["approximateInvokeCount"] == 3
    assert lake.item(raw_key(11)) is None
    lake.index(letter["requestPayload"])
    item = lake.item(raw_key(11))
    assert item is not None
    assert item[Attribute.STATUS]["S"] == "ok"
    # By now every retry of a poisoned object would have ended here as well.
    assert dead_letters(lake) == []


def dead_letters(lake: Lake) -> list[dict[str, dict[str, object]]]:
    """Take what is in the function's dead-letter queue."""
    sqs, url = lake.endpoint.client("sqs"), lake.deployment.output(Output.INDEX_DEAD_LETTERS)
    messages = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in messages]
