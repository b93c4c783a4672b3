"""Reads what there is to reconcile: the bucket's current raw objects, and the items of the runs table."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ops.reconcile import IndexedObject, StoredObject, Version
from schemas.layout import RAW_PREFIX, RAW_SUFFIX
from schemas.run_index import Attribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

_ATTRIBUTES: Final = (Attribute.RUN_ID, Attribute.OBJECT_KEY, Attribute.VERSION_ID, Attribute.ETAG)


def stored_objects(s3: "S3Client", bucket: str) -> Iterator[StoredObject]:
    """Yield the current version of each object that the index must know, in key order.

    The same prefix and suffix select the events that the indexing function gets. Versions are listed, because a
    listing of objects has no version ids.
    """
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=RAW_PREFIX):
        for version in page.get("Versions", []):
            if version["IsLatest"] and version["Key"].endswith(RAW_SUFFIX):
                yield StoredObject(version["Key"], Version(version["VersionId"], version["ETag"].strip('"')))


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
