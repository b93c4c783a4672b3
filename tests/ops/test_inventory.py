from ops.inventory import indexed_objects, stored_objects
from ops.reconcile import IndexedObject, Version
from tests.ops.conftest import Deployed


def test_only_current_versions_of_raw_jsonl_objects_are_listed(deployed: Deployed) -> None:
    s3, bucket = deployed.s3, deployed.bucket
    for key in ("raw/kept.jsonl", "raw/deleted.jsonl", "raw/note.txt", "scores/kept.jsonl", "raw/a+b é%.jsonl"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    current = s3.put_object(Bucket=bucket, Key="raw/kept.jsonl", Body=b"2")
    s3.delete_object(Bucket=bucket, Key="raw/deleted.jsonl")

    found = {it.key: it.version for it in stored_objects(s3, bucket)}

    assert found.keys() == {"raw/kept.jsonl", "raw/a+b é%.jsonl"}
    assert found["raw/kept.jsonl"] == Version(current["VersionId"], current["ETag"].strip('"'))


def test_all_items_are_read_page_by_page(deployed: Deployed) -> None:
    # Above 1 MB, where DynamoDB begins a second page.
    count, etag = 30, "e" * 50_000
    for number in range(count):
        deployed.index(f"run {number}", f"raw/{number}.jsonl", "v", etag)

    found = set(indexed_objects(deployed.dynamodb, deployed.table))

    assert found == {IndexedObject(f"run {n}", f"raw/{n}.jsonl", Version("v", etag)) for n in range(count)}
