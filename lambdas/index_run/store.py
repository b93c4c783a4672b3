"""The two services behind the index: versions of objects in S3, items in DynamoDB. Clients are passed in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypedDict, cast

from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError
from obstore.exceptions import BaseError

from lake.archive import ARCHIVED_CODE
from lake.listing import Bucket
from lake.s3_errors import is_absent
from lambdas.index_run.index import ArchivedError, Stored
from lambdas.index_run.summary import Item, ObjectVersion
from schemas.run_index import Attribute, run_id_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        AttributeValueTypeDef,
        KeysAndAttributesOutputTypeDef,
        KeysAndAttributesTypeDef,
        PutItemInputTypeDef,
    )
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef

CHUNK_BYTES: Final = 1024 * 1024
# The most that DynamoDB gets in one request.
_GET_AT_ONCE: Final = 100

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
    content: Iterable[bytes]

    def chunks(self) -> Iterable[bytes]:
        """Yield the content, once."""
        return self.content


@dataclass(frozen=True)
class RunObjects:
    """The versions of objects in one bucket."""

    bucket: Bucket

    @contextmanager
    def open(self, key: str, version_id: str | None = None) -> Iterator[OpenObject | None]:
        """Give that version, or the current one; None where it is gone or there is no object.

        obstore reads at a fifth of the S3 client's cost. Where it fails, at a key that it cannot name for one, the S3
        client reads, or raises the error that callers know.
        """
        try:
            answer = self.bucket.store.get(key, options={"version": version_id} if version_id else {})
        except FileNotFoundError:
            opened = None
        except (BaseError, ValueError):
            with self._open_by_client(key, version_id) as opened:
                yield opened
            return
        else:
            meta, chunks = answer.meta, answer.stream(min_chunk_size=CHUNK_BYTES)
            opened = OpenObject(_version(key, meta["version"], meta["e_tag"], meta["size"]), map(bytes, chunks))
        yield opened

    @contextmanager
    def _open_by_client(self, key: str, version_id: str | None) -> Iterator[OpenObject | None]:
        request: GetObjectRequestTypeDef = {"Bucket": self.bucket.name, "Key": key}
        if version_id is not None:
            request["VersionId"] = version_id
        try:
            answer = self.bucket.client.get_object(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] == ARCHIVED_CODE:
                raise ArchivedError(f"{key} is archived: restore it first") from None
            if not is_absent(error):
                raise
            yield None
            return
        version = _version(key, answer["VersionId"], answer["ETag"], answer["ContentLength"])
        with closing(answer["Body"]) as body:
            yield OpenObject(version, body.iter_chunks(CHUNK_BYTES))

    def current_version(self, key: str) -> str | None:
        """Return the id of the object's current version, None where there is none."""
        try:
            return self.bucket.client.head_object(Bucket=self.bucket.name, Key=key)["VersionId"]
        except ClientError as error:
            if not is_absent(error):
                raise
            return None


def _version(key: str, version_id: str | None, etag: str | None, size: int) -> ObjectVersion:
    if not (version_id and etag):
        raise RuntimeError(f"{key}: expected a version and an ETag, the bucket must be versioned")
    return ObjectVersion(key, version_id, etag.strip('"'), size)


@dataclass(frozen=True)
class RunsTable:
    """The items of the runs table; each write is one conditional request."""

    client: "DynamoDBClient"
    table: str

    def stored(self, key: str) -> Stored | None:
        """Return which version the object's item describes, None where there is no item."""
        answer = self.client.get_item(TableName=self.table, Key=_item_key(key), ConsistentRead=True)
        return _stored(answer["Item"]) if "Item" in answer else None

    def stored_of(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """Return which versions the objects' items describe, by key, without those that have no item."""
        found = {}
        for start in range(0, len(keys), _GET_AT_ONCE):
            asked: KeysAndAttributesTypeDef = {
                "Keys": [_item_key(key) for key in dict.fromkeys(keys[start : start + _GET_AT_ONCE])],
                "ConsistentRead": True,
            }
            left: Mapping[str, KeysAndAttributesTypeDef | KeysAndAttributesOutputTypeDef] = {self.table: asked}
            while left:
                answer = self.client.batch_get_item(RequestItems=left)
                for item in answer["Responses"][self.table]:
                    found[item[Attribute.OBJECT_KEY]["S"]] = _stored(item)
                left = answer["UnprocessedKeys"]
        return found

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
