"""The two services behind the index: versions of raw objects in S3, items in DynamoDB. Clients are passed in."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypedDict, cast

from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from lake.s3_errors import is_absent
from lambdas.index_run.index import Stored
from lambdas.index_run.summary import Item, ObjectVersion
from schemas.run_index import Attribute, run_id_of

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, PutItemInputTypeDef
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef

CHUNK_BYTES: Final = 1024 * 1024

_ABSENT: Final = f"attribute_not_exists({Attribute.OBJECT_KEY})"
_SAME_VERSION: Final = f"{Attribute.VERSION_ID} = :version"
_NEWER: Final = f"{_ABSENT} OR {Attribute.SEQUENCER} < :sequencer"

_serialize: Final = TypeSerializer().serialize


class _FailedCondition(TypedDict):
    """What ReturnValuesOnConditionCheckFailure adds to an error's response, unknown to botocore's stubs."""

    Item: "Mapping[str, AttributeValueTypeDef]"


@dataclass(frozen=True)
class OpenObject:
    """A version of an object and its content, not yet read."""

    version: ObjectVersion
    body: "StreamingBody"

    def chunks(self) -> Iterator[bytes]:
        """Yield the content, once."""
        return self.body.iter_chunks(CHUNK_BYTES)


@dataclass(frozen=True)
class RawObjects:
    """The versions of raw objects in one bucket."""

    client: "S3Client"
    bucket: str

    @contextmanager
    def open(self, key: str, version_id: str | None = None) -> Iterator[OpenObject | None]:
        """Give that version, or the current one; None where it is gone or there is no object."""
        request: GetObjectRequestTypeDef = {"Bucket": self.bucket, "Key": key}
        if version_id is not None:
            request["VersionId"] = version_id
        try:
            answer = self.client.get_object(**request)
        except ClientError as error:
            if not is_absent(error):
                raise
            yield None
            return
        with closing(answer["Body"]) as body:
            etag = answer["ETag"].strip('"')
            yield OpenObject(ObjectVersion(key, answer["VersionId"], etag, answer["ContentLength"]), body)

    def current_version(self, key: str) -> str | None:
        """Return the id of the object's current version, None where there is none."""
        try:
            return self.client.head_object(Bucket=self.bucket, Key=key)["VersionId"]
        except ClientError as error:
            if not is_absent(error):
                raise
            return None


@dataclass(frozen=True)
class RunsTable:
    """The items of the runs table; each write is one conditional request."""

    client: "DynamoDBClient"
    table: str

    def stored(self, key: str) -> Stored | None:
        """Return which version the object's item describes, None where there is no item."""
        answer = self.client.get_item(TableName=self.table, Key=_item_key(key), ConsistentRead=True)
        return _stored(answer["Item"]) if "Item" in answer else None

    def put_newer(self, item: Item) -> Stored | None:
        """Write where there is no item or one of an older sequencer; otherwise return what is in the way."""
        try:
            self._put(item, _NEWER, {":sequencer": _serialize(item[Attribute.SEQUENCER])})
        except self.client.exceptions.ConditionalCheckFailedException as error:
            return _stored(cast("_FailedCondition", error.response)["Item"])
        return None

    def put_over(self, item: Item, seen: Stored | None) -> bool:
        """Write where the item is as it was seen: absent, or of that version. Return whether it was written."""
        try:
            if seen is None:
                self._put(item, _ABSENT, {})
            else:
                self._put(item, _SAME_VERSION, {":version": _serialize(seen.version_id)})
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def remove(self, key: str, version_id: str) -> bool:
        """Remove the item if it describes that version; return whether it did."""
        try:
            self.client.delete_item(
                TableName=self.table,
                Key=_item_key(key),
                ConditionExpression=_SAME_VERSION,
                ExpressionAttributeValues={":version": _serialize(version_id)},
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _put(self, item: Item, condition: str, values: "dict[str, AttributeValueTypeDef]") -> None:
        request: PutItemInputTypeDef = {
            "TableName": self.table,
            "Item": {name: _serialize(value) for name, value in item.items()},
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if values:
            request["ExpressionAttributeValues"] = values
        self.client.put_item(**request)


def _item_key(key: str) -> dict[str, "AttributeValueTypeDef"]:
    return {Attribute.RUN_ID: _serialize(run_id_of(key)), Attribute.OBJECT_KEY: _serialize(key)}


def _stored(item: "Mapping[str, AttributeValueTypeDef]") -> Stored:
    sequencer = item.get(Attribute.SEQUENCER)
    return Stored(item[Attribute.VERSION_ID]["S"], sequencer["S"] if sequencer else None)
