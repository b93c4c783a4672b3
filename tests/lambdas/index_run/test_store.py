from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from lambdas.index_run.index import ArchivedError, Stored
from lambdas.index_run.store import RunObjects, RunsTable
from lambdas.index_run.summary import Item
from schemas.run_index import Attribute, run_id_of
from tests.lambdas.index_run.conftest import BUCKET
from tests.store import bucket_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "raw/a.jsonl"


def put(s3: "S3Client", content: bytes) -> str:
    return s3.put_object(Bucket=BUCKET, Key=KEY, Body=content)["VersionId"]


def read(objects: RunObjects, version_id: str | None = None) -> tuple[str, bytes] | None:
    with objects.open(KEY, version_id) as opened:
        return (opened.version.version_id, b"".join(opened.chunks())) if opened else None


def test_opens_the_version_that_is_named_or_the_current_one(objects: RunObjects, s3: "S3Client") -> None:
    old, new = put(s3, b"old"), put(s3, b"new")
    assert read(objects, old) == (old, b"old")
    assert read(objects) == (new, b"new")
    assert objects.current_version(KEY) == new


def test_describes_the_version(objects: RunObjects, s3: "S3Client") -> None:
    version_id = put(s3, b"abc")
    with objects.open(KEY) as opened:
        assert opened is not None
        version = opened.version
    assert (version.key, version.version_id, version.size_bytes) == (KEY, version_id, 3)
    assert version.etag == "900150983cd24fb0d6963f7d28e17f72"


def test_a_version_or_object_that_is_gone_is_none(objects: RunObjects, s3: "S3Client") -> None:
    assert read(objects) is None
    assert objects.current_version(KEY) is None
    old, new = put(s3, b"old"), put(s3, b"new")
    s3.delete_object(Bucket=BUCKET, Key=KEY, VersionId=old)
    assert read(objects, old) is None
    marker = s3.delete_object(Bucket=BUCKET, Key=KEY)["VersionId"]
    assert read(objects) is None
    assert objects.current_version(KEY) is None
    assert read(objects, marker) is None
    assert read(objects, new) == (new, b"new")


def test_a_key_that_obstore_cannot_name_is_opened(objects: RunObjects, s3: "S3Client") -> None:
    version_id = s3.put_object(Bucket=BUCKET, Key="raw//a.jsonl", Body=b"odd")["VersionId"]
    with objects.open("raw//a.jsonl") as opened:
        assert opened is not None
        assert (opened.version.version_id, b"".join(opened.chunks())) == (version_id, b"odd")


def test_any_other_failure_of_s3_raises(s3: "S3Client") -> None:
    nowhere = RunObjects(bucket_of(s3, "no-such-bucket"))
    with pytest.raises(ClientError, match="NoSuchBucket"):
        read(nowhere)


def item(version_id: str, sequencer: str | None = None) -> Item:
    attributes: Item = {
        Attribute.RUN_ID: "!15c1f1a3eb2cdc9be25d6ecda",
        Attribute.OBJECT_KEY: KEY,
        Attribute.VERSION_ID: version_id,
        Attribute.INVALID_REASONS: {"bad_key": 1},
    }
    return attributes | ({Attribute.SEQUENCER: sequencer} if sequencer else {})


@pytest.fixture(autouse=True)
def key_of_the_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdas.index_run.store.run_id_of", lambda _: item("")[Attribute.RUN_ID])


def test_a_newer_item_replaces_an_older_one_and_not_the_other_way(table: RunsTable) -> None:
    assert table.stored(KEY) is None
    assert table.put_newer(item("v1", "01")) is None
    assert table.put_newer(item("v2", "02")) is None
    assert table.put_newer(item("v1", "01")) == Stored("v2", "02")
    assert table.put_newer(item("v2", "02")) == Stored("v2", "02")
    assert table.stored(KEY) == Stored("v2", "02")


def test_items_of_many_objects_are_read_in_few_requests(table: RunsTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    keys = [f"raw/{number}.jsonl" for number in range(150)]
    for key in keys[::2]:
        table.put_over({**item("v1"), Attribute.OBJECT_KEY: key, Attribute.RUN_ID: run_id_of(key)}, None)
    requests = []
    whole = table.client.batch_get_item

    def at_most_99(*, RequestItems: dict[str, dict[str, list[object]]]) -> dict[str, object]:  # noqa: N803 (boto3's name)
        requests.append(RequestItems)
        asked = RequestItems[table.table]
        now, left = ({**asked, "Keys": keys} for keys in (asked["Keys"][:99], asked["Keys"][99:]))
        answer = whole(RequestItems={table.table: now})  # type: ignore[dict-item] # as the table makes it
        return {**answer, "UnprocessedKeys": {table.table: left} if left["Keys"] else {}}

    monkeypatch.setattr(table.client, "batch_get_item", at_most_99)
    assert table.stored_of([*keys, keys[0]]) == dict.fromkeys(keys[::2], Stored("v1", None))
    assert len(requests) == 3


def test_an_archived_object_is_told_from_one_that_is_gone(objects: RunObjects, s3: "S3Client") -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, StorageClass="DEEP_ARCHIVE")
    with pytest.raises(ArchivedError, match="restore it first"):
        read(objects)


def test_a_repaired_item_is_in_the_way_of_any_sequencer(table: RunsTable) -> None:
    assert table.put_over(item("v1"), None)
    assert table.put_newer(item("v2", "02")) == Stored("v1", None)


def test_an_item_is_written_over_as_it_was_seen_alone(table: RunsTable) -> None:
    assert table.put_over(item("v1"), None)
    assert not table.put_over(item("v2"), None)
    assert not table.put_over(item("v3"), Stored("v2", None))
    assert table.put_over(item("v2"), Stored("v1", None))
    assert table.stored(KEY) == Stored("v2", None)
    assert table.remove(KEY, "v2")
    assert not table.put_over(item("v3"), Stored("v2", None))
    assert table.stored(KEY) is None


def test_an_item_is_removed_if_it_names_the_version(table: RunsTable) -> None:
    table.put_newer(item("v2", "02"))
    assert not table.remove(KEY, "v1")
    assert table.stored(KEY) is not None
    assert table.remove(KEY, "v2")
    assert table.stored(KEY) is None


def test_a_failure_of_dynamodb_raises(table: RunsTable) -> None:
    nowhere = RunsTable(table.client, "no-such-table")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        nowhere.put_newer(item("v1", "01"))
    with pytest.raises(ClientError, match="ResourceNotFound"):
        nowhere.remove(KEY, "v1")
