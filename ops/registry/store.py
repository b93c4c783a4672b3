"""One Region's bucket, written only under a condition: what is there is never replaced unseen."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What S3 answers where a condition does not hold, and while another conditional write of the key is under way, when
# it asks for another attempt: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_NO_LONGER_SO: Final = ("PreconditionFailed", "NoSuchKey")
_CONFLICT: Final = "ConditionalRequestConflict"
_ATTEMPTS: Final = 5


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
        except self.s3.exceptions.NoSuchKey:
            return None
        return Stored(answer["Body"].read(), answer["ETag"], answer.get("ReplicationStatus"))

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys of all objects below a prefix, in their order."""
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            for found in page.get("Contents", []):
                yield found["Key"]

    def put(self, key: str, content: bytes, *, over: Stored | None) -> bool:
        """Write an object where there is `over`, or nothing; return False where that is no longer so."""
        etag = over.etag if over else None
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                if etag is None:
                    self.s3.put_object(Bucket=self.bucket, Key=key, Body=content, IfNoneMatch="*")
                else:
                    self.s3.put_object(Bucket=self.bucket, Key=key, Body=content, IfMatch=etag)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in _NO_LONGER_SO:
                    return False
                if code != _CONFLICT or attempt == _ATTEMPTS:
                    raise
            else:
                return True
        raise AssertionError(key)  # the last attempt returns or raises
