"""Reads what there is to reconcile: the bucket's current raw objects, and the items of the runs table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final, TypedDict

from lake.listing import Bucket
from lake.parallel import side_by_side
from lambdas.reconcile_daily.compare import IndexedObject, StoredObject, Version
from schemas.keys.layout import RAW_PREFIX, RAW_SUFFIX
from schemas.keys.raw_range import RawRange
from schemas.run_index import DAY_INDEX, Attribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

ALL: Final = RawRange()
_ATTRIBUTES: Final = (Attribute.RUN_ID, Attribute.OBJECT_KEY, Attribute.VERSION_ID, Attribute.ETAG)
# How many parts of the table are scanned side by side.
_SEGMENTS: Final = 4


class Projection(TypedDict):
    """The attributes to read, as DynamoDB takes them."""

    ProjectionExpression: str
    ExpressionAttributeNames: Mapping[str, str]


PROJECTION: Final[Projection] = {
    "ProjectionExpression": ",".join(f"#{attribute}" for attribute in _ATTRIBUTES),
    "ExpressionAttributeNames": {f"#{attribute}": str(attribute) for attribute in _ATTRIBUTES},
}
_BETWEEN: Final = f"#{Attribute.OBJECT_KEY} BETWEEN :first AND :beyond"


def stored_objects(bucket: Bucket, within: RawRange = ALL) -> Iterator[StoredObject]:
    """Yield each object of a range that the index must know, in key order.

    The same prefix and suffix select the events that the indexing function gets. A listing has no version ids.
    """
    # It begins after its marker; this one comes just before the first key.
    after = within.first[:-1] if within.first != RAW_PREFIX else None
    for found in bucket.objects(RAW_PREFIX, after=after):
        if found.key >= within.beyond:
            return
        if found.key in within and found.key.endswith(RAW_SUFFIX):
            yield StoredObject(found.key, Version(None, found.etag), found.size, found.modified)


def items_of_day(dynamodb: "DynamoDBClient", table: str, day: str, within: RawRange = ALL) -> Iterator[IndexedObject]:
    """Yield what the items of a day and range say, in key order; eventually consistent, as secondary indexes are."""
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        IndexName=DAY_INDEX,
        KeyConditionExpression=f"#{Attribute.DAY} = :day AND {_BETWEEN}",
        ExpressionAttributeValues={":day": {"S": day}, **_bounds(within)},
        ProjectionExpression=PROJECTION["ProjectionExpression"],
        ExpressionAttributeNames={**PROJECTION["ExpressionAttributeNames"], f"#{Attribute.DAY}": Attribute.DAY},
    )
    return (found for page in pages for found in map(indexed_object, page["Items"]) if found.key in within)


def scanned_items(dynamodb: "DynamoDBClient", table: str, within: RawRange = ALL) -> Iterator[IndexedObject]:
    """Yield what each item of a range says, in no order, from a consistent scan of the whole table."""

    def segment(number: int) -> Iterable[IndexedObject]:
        pages = dynamodb.get_paginator("scan").paginate(
            TableName=table,
            ConsistentRead=True,
            FilterExpression=_BETWEEN,
            ExpressionAttributeValues=_bounds(within),
            Segment=number,
            TotalSegments=_SEGMENTS,
            **PROJECTION,
        )
        return (found for page in pages for found in map(indexed_object, page["Items"]) if found.key in within)

    parts: list[Callable[[], Iterable[IndexedObject]]] = [partial(segment, number) for number in range(_SEGMENTS)]
    return side_by_side(parts, workers=_SEGMENTS)


def _bounds(within: RawRange) -> "Mapping[str, AttributeValueTypeDef]":
    return {":first": {"S": within.first}, ":beyond": {"S": within.beyond}}


def indexed_object(item: "Mapping[str, AttributeValueTypeDef]") -> IndexedObject:
    """Return what an item says; one that was written by hand may lack what every item has."""
    run_id, key, version_id, etag = (item.get(attribute, {}).get("S", "") for attribute in _ATTRIBUTES)
    return IndexedObject(run_id, key, Version(version_id, etag))
