"""Reads what there is to reconcile: the bucket's current raw objects, and the items of the runs table."""

from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final, TypedDict

from lake.archive import is_archived
from lambdas.reconcile_daily.compare import IndexedObject, StoredObject, Version
from schemas.keys.layout import RAW_SUFFIX
from schemas.keys.raw_range import RawRange
from schemas.run_index import Attribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import (
        ListObjectVersionsOutputTypeDef,
        ListObjectVersionsRequestTypeDef,
        ObjectVersionTypeDef,
    )

ALL: Final = RawRange()
_ATTRIBUTES: Final = (Attribute.RUN_ID, Attribute.OBJECT_KEY, Attribute.VERSION_ID, Attribute.ETAG)
# How many parts of the table are read side by side.
_SEGMENTS: Final = 4


class Projection(TypedDict):
    """The attributes to read, as DynamoDB takes them."""

    ProjectionExpression: str
    ExpressionAttributeNames: Mapping[str, str]


PROJECTION: Final[Projection] = {
    "ProjectionExpression": ",".join(f"#{attribute}" for attribute in _ATTRIBUTES),
    "ExpressionAttributeNames": {f"#{attribute}": str(attribute) for attribute in _ATTRIBUTES},
}


def stored_objects(s3: "S3Client", bucket: str, within: RawRange = ALL) -> Iterator[StoredObject]:
    """Yield the current version of each object of a range that the index must know, in key order.

    The same prefix and suffix select the events that the indexing function gets. Versions are listed, because a
    listing of objects has no version ids.
    """
    for page in _pages(s3, bucket, within):
        for version in page.get("Versions", []):
            key = version["Key"]
            if key >= within.beyond:
                return
            if version["IsLatest"] and key in within and key.endswith(RAW_SUFFIX):
                yield _stored_object(version)


def _pages(s3: "S3Client", bucket: str, within: RawRange) -> "Iterator[ListObjectVersionsOutputTypeDef]":
    request: ListObjectVersionsRequestTypeDef = {
        "Bucket": bucket,
        "Prefix": within.prefix,
        "OptionalObjectAttributes": ["RestoreStatus"],
    }
    if within.first != within.prefix:
        # A listing begins after its marker; this one comes just before the first key. boto3's paginator takes none.
        request["KeyMarker"] = within.first[:-1]
    while True:
        page = s3.list_object_versions(**request)
        yield page
        if not page["IsTruncated"]:
            return
        request["KeyMarker"] = page["NextKeyMarker"]
        request["VersionIdMarker"] = page["NextVersionIdMarker"]


def _stored_object(version: "ObjectVersionTypeDef") -> StoredObject:
    return StoredObject(
        key=version["Key"],
        version=Version(version["VersionId"], version["ETag"].strip('"')),
        size=version["Size"],
        modified=version["LastModified"],
        archived=is_archived(version),
    )


def indexed_objects(dynamodb: "DynamoDBClient", table: str, within: RawRange = ALL) -> Iterator[IndexedObject]:
    """Yield what each item of a range says, in no order; consistently read, so that what has been indexed is seen.

    The whole table is read, whatever the range: no secondary index has every item. DynamoDB reads a few parts of it
    side by side.
    """
    scan = dynamodb.get_paginator("scan")
    parts = [
        iter(
            scan.paginate(
                TableName=table,
                ConsistentRead=True,
                FilterExpression=f"#{Attribute.OBJECT_KEY} BETWEEN :first AND :beyond",
                ExpressionAttributeValues={":first": {"S": within.first}, ":beyond": {"S": within.beyond}},
                Segment=segment,
                TotalSegments=_SEGMENTS,
                **PROJECTION,
            )
        )
        for segment in range(_SEGMENTS)
    ]
    with ThreadPoolExecutor(_SEGMENTS) as pool:
        reading = {pool.submit(next, part, None): part for part in parts}
        while reading:
            done, _ = wait(reading, return_when=FIRST_COMPLETED)
            for each in done:
                part = reading.pop(each)
                if page := each.result():
                    # The next page is under way while this one is used.
                    reading[pool.submit(next, part, None)] = part
                    yield from map(indexed_object, page["Items"])


def indexed_object(item: "Mapping[str, AttributeValueTypeDef]") -> IndexedObject:
    """Return what an item says; one that somebody wrote by hand may lack what every item has."""
    run_id, key, version_id, etag = (item.get(attribute, {}).get("S", "") for attribute in _ATTRIBUTES)
    return IndexedObject(run_id, key, Version(version_id, etag))
