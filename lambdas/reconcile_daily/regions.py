"""Compares the objects that both Regions must have: those that are written to both before they are acknowledged.

A write that bypasses `publish` relies on S3's replication, which for them has no time control and no metrics.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from schemas.keys.layout import COMPARED_PREFIXES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# S3 copies most objects within minutes; https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
_COPIED_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Stored:
    """One current object of a bucket."""

    etag: str
    modified: datetime


def compared_objects(s3: "S3Client", bucket: str) -> dict[str, Stored]:
    """Return a Region's current objects below the compared prefixes, by key."""
    paginator = s3.get_paginator("list_objects_v2")
    return {
        found["Key"]: Stored(found["ETag"], found["LastModified"])
        for prefix in COMPARED_PREFIXES
        for page in paginator.paginate(Bucket=bucket, Prefix=prefix)
        for found in page.get("Contents", [])
    }


def different_keys(primary: Mapping[str, Stored], replica: Mapping[str, Stored], *, now: datetime) -> list[str]:
    """Return the sorted keys that one Region lacks, or that differ in content.

    One that was written in either Region within the last hour is left for the next day.
    """

    def differs(key: str) -> bool:
        found = [side[key] for side in (primary, replica) if key in side]
        same = len(found) == 2 and found[0].etag == found[1].etag  # noqa: PLR2004 - one in each Region
        return not same and max(each.modified for each in found) <= now - _COPIED_AFTER

    return sorted(filter(differs, primary.keys() | replica.keys()))
