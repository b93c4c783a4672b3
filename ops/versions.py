"""The versions of a bucket's objects, delete markers among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lake.archive import is_archived

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Version:
    """A version of an object; one that marks a deletion has neither ETag nor size."""

    key: str
    version_id: str
    written: datetime
    current: bool
    etag: str | None = None
    size: int | None = None
    archived: bool = False

    @property
    def is_marker(self) -> bool:
        """Whether it marks a deletion."""
        return self.etag is None


def versions_below(s3: "S3Client", bucket: str, prefix: str) -> Iterator[Version]:
    """Yield all versions of the objects whose keys begin so."""
    pages = s3.get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=bucket, Prefix=prefix, OptionalObjectAttributes=["RestoreStatus"]):
        for found in page.get("Versions", []):
            yield Version(
                found["Key"],
                found["VersionId"],
                found["LastModified"],
                found["IsLatest"],
                found["ETag"],
                found["Size"],
                is_archived(found),
            )
        for marker in page.get("DeleteMarkers", []):
            yield Version(marker["Key"], marker["VersionId"], marker["LastModified"], marker["IsLatest"])


def versions_of(s3: "S3Client", bucket: str, key: str) -> Iterator[Version]:
    """Yield all versions of one object."""
    return (version for version in versions_below(s3, bucket, key) if version.key == key)
