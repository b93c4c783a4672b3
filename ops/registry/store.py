"""One Region's bucket, written only under a condition: what is there is never replaced unseen.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Final, TypedDict

from botocore.exceptions import ClientError

from lake.archive import ARCHIVED_CODE, is_archived
from lake.s3_errors import is_absent, is_being_written, is_changed
from ops.archive import why_unreadable
from ops.command import Context
from ops.failures import CommandError
from schemas.names import PRIMARY_REGION, REPLICA_REGION

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ATTEMPTS: Final = 5
_CHUNK: Final = 1024 * 1024
_IN_MEMORY: Final = 8 * _CHUNK


@dataclass(frozen=True)
class Stored:
    """An object's current content, and how far S3's own replication of it is; None where no rule covers it."""

    content: bytes
    etag: str
    replication: str | None = None

    @property
    def sha256(self) -> str:
        """The content's SHA-256, in hex."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Listed:
    """An object as a listing has it; one that is archived cannot be read."""

    key: str
    etag: str
    archived: bool = False


class TransferError(CommandError):
    """Bytes that changed on their way."""


class ArchivedError(CommandError):
    """An object that S3 has to bring back before it can be read; the message has the command for it."""


class _Version(TypedDict, total=False):
    VersionId: str


class _Written(TypedDict, total=False):
    ContentType: str
    Metadata: Mapping[str, str]
    IfNoneMatch: str
    IfMatch: str


@dataclass(frozen=True, kw_only=True)
class Store:
    """A bucket, and the Region that it is called by."""

    s3: "S3Client"
    bucket: str
    region: str

    def read(self, key: str) -> Stored | None:
        """Return the current object; None where there is none."""
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if not is_absent(error):
                raise
            return None
        return Stored(answer["Body"].read(), answer["ETag"], answer.get("ReplicationStatus"))

    def listing(self, prefix: str) -> Iterator[Listed]:
        """Yield all current objects below a prefix, in the order of their keys."""
        pages = self.s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=prefix, OptionalObjectAttributes=["RestoreStatus"]):
            for found in page.get("Contents", []):
                yield Listed(found["Key"], found["ETag"], is_archived(found))

    def etag(self, key: str) -> str | None:
        """Return the current object's ETag; None where there is none."""
        return next((found.etag for found in self.listing(key) if found.key == key), None)

    @contextmanager
    def fetched(self, key: str, *, version: str | None = None) -> Iterator[IO[bytes]]:
        """Give an object, or one of its versions, as a file: in memory if it is small.

        Raise `TransferError` where it did not arrive as it is stored, `ArchivedError` where it cannot be read.
        """
        chosen: _Version = {"VersionId": version} if version else {}
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=key, **chosen)
        except ClientError as error:
            if error.response["Error"]["Code"] != ARCHIVED_CODE:
                raise
            why = why_unreadable(self.bucket, key, region=self.region, version=version)
            raise ArchivedError(f"{key}: {why}") from None
        with SpooledTemporaryFile(_IN_MEMORY) as file:
            for chunk in answer["Body"].iter_chunks(_CHUNK):
                file.write(chunk)
            # The ETag of an upload in parts is not the MD5 of its bytes; boto3 checks those by their checksums.
            if "-" not in answer["ETag"] and _md5(file) != answer["ETag"]:
                raise TransferError(f"{key}: arrived from {self.region} other than it is stored: run this again")
            yield file

    def put(
        self,
        key: str,
        content: bytes | IO[bytes],
        *,
        over: str | None,
        content_type: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> bool:
        """Write an object over the one with the ETag `over`, or where there is none; return False where that changed.

        Raise `TransferError` where it was not stored as it was sent.
        """
        sent = BytesIO(content) if isinstance(content, bytes) else content
        written: _Written = {"IfNoneMatch": "*"} if over is None else {"IfMatch": over}
        if content_type:
            written["ContentType"] = content_type
        if metadata:
            written["Metadata"] = metadata
        for attempt in range(1, _ATTEMPTS + 1):
            sent.seek(0)
            try:
                stored = self.s3.put_object(Bucket=self.bucket, Key=key, Body=sent, **written)
            except ClientError as error:
                if is_changed(error):
                    return False
                if not is_being_written(error) or attempt == _ATTEMPTS:
                    raise
            else:
                if stored["ETag"] != _md5(sent):
                    raise TransferError(f"{key}: stored in {self.region} other than it was sent: run verify")
                return True
        raise AssertionError(key)  # the last attempt returns or raises


def stores(context: Context) -> tuple[Store, Store]:
    """Return the primary and the replica bucket; raise `CommandError` while one of the Regions is lost."""
    if context.deployment.recovered:
        raise CommandError(f"--recovery: expected without it, since this needs {PRIMARY_REGION} as well")
    return (
        Store(s3=context.aws.s3(), bucket=context.deployment.bucket, region=PRIMARY_REGION),
        Store(s3=context.aws.s3(REPLICA_REGION), bucket=context.deployment.replica_bucket, region=REPLICA_REGION),
    )


def _md5(file: IO[bytes]) -> str:
    """Return what S3 gives as ETag of an object that it encrypts with its own keys and that came in one part."""
    file.seek(0)
    digest = hashlib.md5(usedforsecurity=False)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return f'"{digest.hexdigest()}"'
