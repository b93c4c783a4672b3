"""Reads what there is to reconcile: the bucket's current raw objects, and the items of the runs table."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ops.reconcile import IndexedObject, StoredObject, Version
from schemas.archive import is_archived
from schemas.layout import RAW_SUFFIX
from schemas.raw_range import RawRange
from schemas.run_index import Attribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import (
        ListObjectVersionsOutputTypeDef,
        ListObjectVersionsRequestTypeDef,
        ObjectVersionTypeDef,
    )

_ATTRIBUTES: Final = (Attribute.RUN_ID, Attribute.OBJECT_KEY, Attribute.VERSION_ID, Attribute.ETAG)


ALL: Final = RawRange()


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


def indexed_objects(dynamodb: "DynamoDBClient", table: str) -> Iterator[IndexedObject]:
    """Yield what each item says, in no order; consistently read, so that what has been indexed is seen."""
    names = {f"#{number}": str(attribute) for number, attribute in enumerate(_ATTRIBUTES)}
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        ConsistentRead=True,
        ProjectionExpression=",".join(names),
        ExpressionAttributeNames=names,
    )
    for page in pages:
        for item in page["Items"]:
            run_id, key, version_id, etag = (item[attribute]["S"] for attribute in _ATTRIBUTES)
            yield IndexedObject(run_id, key, Version(version_id, etag))
