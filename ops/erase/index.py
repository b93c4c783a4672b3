"""Items of the index that describe what is to be erased, wherever in the table they are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from schemas.run_index import DAY_INDEX, Attribute, day_of, run_id_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


class Item(NamedTuple):
    """An item by the table's key; one whose `run_id` is not that of its object's key was written by hand."""

    run_id: str
    object_key: str


@dataclass(frozen=True)
class Items:
    """The runs table."""

    client: "DynamoDBClient"
    table: str

    def of_run(self, run_id: str) -> Iterator[Item]:
        """Yield the items of a run."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            ConsistentRead=True,
            KeyConditionExpression=f"{Attribute.RUN_ID} = :run",
            ExpressionAttributeValues={":run": {"S": run_id}},
            ProjectionExpression=f"{Attribute.RUN_ID}, {Attribute.OBJECT_KEY}",
        )
        for page in pages:
            yield from map(_item, page["Items"])

    def of_key(self, key: str) -> Iterator[Item]:
        """Yield the items of an object: the one in its place, and those that the index of days knows elsewhere."""
        place = Item(run_id_of(key), key)
        if self.version(place) is not None:
            yield place
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName=DAY_INDEX,
            KeyConditionExpression=f"#day = :day AND {Attribute.OBJECT_KEY} = :key",
            ExpressionAttributeNames={"#day": Attribute.DAY},
            ExpressionAttributeValues={":day": {"S": day_of(key)}, ":key": {"S": key}},
        )
        for page in pages:
            yield from (item for item in map(_item, page["Items"]) if self.version(item) is not None)

    def version(self, item: Item) -> str | None:
        """Return the id of the version that an item describes, empty where it says none; None without an item."""
        found = self.client.get_item(TableName=self.table, Key=_key(item), ConsistentRead=True).get("Item")
        return None if found is None else found.get(Attribute.VERSION_ID, {}).get("S", "")

    def remove(self, items: Iterable[Item]) -> None:
        """Remove items, whether or not they are there."""
        for item in items:
            self.client.delete_item(TableName=self.table, Key=_key(item))


def _item(found: "Mapping[str, AttributeValueTypeDef]") -> Item:
    return Item(found[Attribute.RUN_ID]["S"], found[Attribute.OBJECT_KEY]["S"])


def _key(item: Item) -> "dict[str, AttributeValueTypeDef]":
    return {Attribute.RUN_ID: {"S": item.run_id}, Attribute.OBJECT_KEY: {"S": item.object_key}}
