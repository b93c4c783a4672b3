from datetime import date

import pytest

from lambdas.reconcile_daily.compare import IndexedObject, Version
from lambdas.reconcile_daily.inventory import items_of_day, scanned_items, stored_objects
from schemas.keys.raw_range import RawRange
from tests.ops.conftest import Deployed
from tests.store import bucket_of


def test_only_current_versions_of_raw_jsonl_objects_are_listed(deployed: Deployed) -> None:
    s3, bucket = deployed.s3, deployed.bucket
    for key in ("raw/kept.jsonl", "raw/deleted.jsonl", "raw/note.txt", "scores/kept.jsonl", "raw/a+b é%.jsonl"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    current = s3.put_object(Bucket=bucket, Key="raw/kept.jsonl", Body=b"2")
    s3.delete_object(Bucket=bucket, Key="raw/deleted.jsonl")

    listed = list(stored_objects(bucket_of(s3, bucket)))
    found = {it.key: it.version for it in listed}

    assert found.keys() == {"raw/kept.jsonl", "raw/a+b é%.jsonl"}
    assert [it.size for it in listed] == [1, 1]
    assert found["raw/kept.jsonl"] == Version(None, current["ETag"].strip('"'))


def day_key(day: str) -> str:
    return f"raw/dt={day}/a.jsonl"


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        (RawRange.days(date(2025, 11, 3), date(2025, 11, 4)), ["2025-11-03", "2025-11-04"]),
        (RawRange.days(date(2025, 11, 4), None), ["2025-11-04", "2025-12-01"]),
        (RawRange.days(None, date(2025, 11, 3)), ["2025-11-02", "2025-11-03"]),
        (RawRange.below("raw/dt=2025-11-"), ["2025-11-02", "2025-11-03", "2025-11-04"]),
        (RawRange.below(day_key("2025-11-04")), ["2025-11-04"]),
    ],
)
def test_only_the_range_that_is_wanted_is_listed(deployed: Deployed, within: RawRange, expected: list[str]) -> None:
    # moto leaves out the first key after a marker: here a stray one, which is in no range of days that begins.
    stray = ["raw/dt=2025-11-03.jsonl", "raw/dt=2025-11-04.jsonl", "raw/dt=2025-11.jsonl"]
    for key in [*map(day_key, ("2025-11-02", "2025-11-03", "2025-11-04", "2025-12-01")), *stray]:
        deployed.s3.put_object(Bucket=deployed.bucket, Key=key, Body=b"")
    found = [it.key for it in stored_objects(bucket_of(deployed.s3, deployed.bucket), within)]
    assert [key for key in found if key not in stray] == [day_key(day) for day in expected]


def test_only_items_of_the_range_are_read(deployed: Deployed) -> None:
    keys = [day_key(day) for day in ("2025-11-02", "2025-11-03", "2025-11-09", "2025-11-10")]
    for key in keys:
        deployed.index("run", key, "v", "e")
    within = RawRange.days(date(2025, 11, 3), date(2025, 11, 9))
    found = scanned_items(deployed.dynamodb, deployed.table, within)
    assert sorted(it.key for it in found) == keys[1:3]


def test_an_item_that_lacks_its_version_is_read_as_one_of_none(deployed: Deployed) -> None:
    deployed.dynamodb.put_item(
        TableName=deployed.table, Item={"run_id": {"S": "run"}, "object_key": {"S": "raw/a.jsonl"}}
    )
    assert [*scanned_items(deployed.dynamodb, deployed.table)] == [
        IndexedObject("run", "raw/a.jsonl", Version("", ""))
    ]


def test_all_items_are_read_page_by_page(deployed: Deployed) -> None:
    # Above 1 MB, where DynamoDB begins a second page.
    count, etag = 30, "e" * 50_000
    for number in range(count):
        deployed.index(f"run {number}", f"raw/{number}.jsonl", "v", etag)

    found = [*scanned_items(deployed.dynamodb, deployed.table)]

    assert len(found) == count
    assert {*found} == {IndexedObject(f"run {n}", f"raw/{n}.jsonl", Version("v", etag)) for n in range(count)}


GOOD = "raw/dt=2025-11-05/model=m/phase=P0/01HQVZ3K9X{:016}.jsonl"


def test_the_items_of_a_day_are_read_in_key_order_from_its_index(deployed: Deployed) -> None:
    keys = [GOOD.format(number) for number in (3, 1, 2)]
    for key in [*keys, GOOD.format(4).replace("-05", "-06"), "raw/dt=2025-11-05/stray.jsonl"]:
        deployed.index("run", key, "v", "e")
    found = items_of_day(deployed.dynamodb, deployed.table, "2025-11-05")
    assert [it.key for it in found] == sorted(keys)
    strays = items_of_day(deployed.dynamodb, deployed.table, "!")
    assert [*strays] == [IndexedObject("run", "raw/dt=2025-11-05/stray.jsonl", Version("v", "e"))]
    within = RawRange(keys[2], keys[0])
    assert [it.key for it in items_of_day(deployed.dynamodb, deployed.table, "2025-11-05", within)] == [keys[2]]
