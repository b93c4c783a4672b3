"""What outlives a stack: the buckets and the table, and whether there is anything in them."""

from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from ops.aws import Aws
from schemas.names import Names, Part

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


class Holding(Protocol):
    """A resource that its stack retains, whether or not it exists."""

    @property
    def name(self) -> str:
        """Its physical name."""

    def exists(self) -> bool:
        """Return whether there is one."""

    def holds_data(self) -> bool:
        """Return whether there is anything in one that exists."""

    def delete(self) -> None:
        """Delete one that exists and is empty."""


class Bucket:
    """A bucket of the lake."""

    def __init__(self, s3: "S3Client", name: str) -> None:
        """Take a client of its Region."""
        self.name = name
        self._s3 = s3

    def exists(self) -> bool:
        """Return whether there is one."""
        try:
            self._s3.head_bucket(Bucket=self.name)
        except ClientError as error:
            return _unless(error, "404")
        return True

    def holds_data(self) -> bool:
        """Return whether it has an object, a noncurrent version or a delete marker."""
        found = self._s3.list_object_versions(Bucket=self.name, MaxKeys=1)
        return bool(found.get("Versions") or found.get("DeleteMarkers"))

    def delete(self) -> None:
        """Delete it; S3 refuses where it is not empty."""
        self._s3.delete_bucket(Bucket=self.name)


class Table:
    """The table of runs."""

    def __init__(self, dynamodb: "DynamoDBClient", name: str) -> None:
        """Take a client of its Region."""
        self.name = name
        self._dynamodb = dynamodb

    def exists(self) -> bool:
        """Return whether there is one."""
        try:
            self._dynamodb.describe_table(TableName=self.name)
        except ClientError as error:
            return _unless(error, "ResourceNotFoundException")
        return True

    def holds_data(self) -> bool:
        """Return whether it has an item."""
        return bool(self._dynamodb.scan(TableName=self.name, Limit=1)["Count"])

    def delete(self) -> None:
        """Delete it and wait until its name is free."""
        self._dynamodb.update_table(TableName=self.name, DeletionProtectionEnabled=False)
        self._dynamodb.delete_table(TableName=self.name)
        self._dynamodb.get_waiter("table_not_exists").wait(TableName=self.name)


def holding(aws: Aws, names: Names, part: Part, *, account: str) -> Holding | None:
    """Return what the stack of a part retains, None where it retains nothing."""
    match part:
        case Part.STORAGE:
            return Bucket(aws.s3(part.region), names.bucket(account))
        case Part.REPLICA:
            return Bucket(aws.s3(part.region), names.replica_bucket(account))
        case Part.INDEX:
            return Table(aws.dynamodb(), names.runs_table)
        case _:
            return None


def _unless(error: ClientError, absent: str) -> bool:
    """Return False where the error says that there is none; raise it otherwise."""
    if error.response["Error"]["Code"] == absent:
        return False
    raise error
