"""Reads one key from bucket and index once more, when the two seemed to disagree on it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lake.archive import is_archived
from lake.s3_errors import is_absent
from lambdas.reconcile_daily.compare import IndexedObject, State, StoredObject, Version
from lambdas.reconcile_daily.inventory import PROJECTION, indexed_object
from schemas.run_index import Attribute, run_id_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class SecondLook:
    """Reads one key from both sides once more."""

    s3: "S3Client"
    bucket: str
    dynamodb: "DynamoDBClient"
    table: str

    def __call__(self, state: State) -> State:
        """Return the state as it is now; items are read where they were, and where the object's must be."""
        run_ids = {run_id_of(state.key), *(item.run_id for item in state.items)}
        items = (self._item(run_id, state.key) for run_id in sorted(run_ids))
        return State(state.key, self._stored(state.key), tuple(item for item in items if item))

    def _stored(self, key: str) -> StoredObject | None:
        try:
            head = self.s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if not is_absent(error):
                raise
            return None
        return StoredObject(
            key,
            Version(head["VersionId"], head["ETag"].strip('"')),
            head["ContentLength"],
            head["LastModified"],
            archived=is_archived(head) and "expiry-date" not in head.get("Restore", ""),
        )

    def _item(self, run_id: str, key: str) -> IndexedObject | None:
        answer = self.dynamodb.get_item(
            TableName=self.table,
            Key={Attribute.RUN_ID: {"S": run_id}, Attribute.OBJECT_KEY: {"S": key}},
            ConsistentRead=True,
            **PROJECTION,
        )
        return indexed_object(answer["Item"]) if "Item" in answer else None
