"""What is published of a week: its files, and the manifests through which the tables see them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from lake.s3_errors import is_absent
from schemas.curation import DUPLICATES, GENERATED_FROM, WOW_INPUT
from schemas.keys.grammar import CuratedFile, CuratedTable
from schemas.keys.layout import CuratedKey, SymlinkKey, part_folder, week_folder
from schemas.keys.weeks import Week

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What a week has whether its turns are one part or several.
_OF_EVERY_WEEK: Final = frozenset({CuratedFile.REJECTED, CuratedFile.WEEKLY_SUMMARY})


@dataclass(frozen=True)
class PublishedFile:
    """A file of a week as it is published; digests are empty where it does not carry them."""

    etag: str
    generated_from: str
    wow_input: str = ""
    duplicates: int | None = None
    """None where the file does not carry it: another than the refused lines', or an older one."""


@dataclass(frozen=True)
class Manifest:
    """A table's manifest as it is published: since when, and the keys that it names."""

    etag: str
    generated_from: str
    keys: tuple[str, ...]
    since: datetime


@dataclass(frozen=True)
class Published:
    """A week as it is published; `lost` are keys that a manifest names and that are not there."""

    week: Week
    files: Mapping[CuratedFile, PublishedFile | None]
    manifests: Mapping[CuratedTable, Manifest | None]
    lost: frozenset[str] = frozenset()

    @property
    def generation(self) -> str | None:
        """What the week was generated from; None where something is absent or lost, or it is a mixture.

        The manifests say what the week's turns and runs are. Those of a week of one part are files of the week, which
        say themselves what they were generated from.
        """
        named = self.named
        files = [file for name, file in self.files.items() if name in _OF_EVERY_WEEK or self._key(name) in named]
        found = {each.generated_from if each else None for each in (*files, *self.manifests.values())}
        return (found.pop() or None) if len(found) == 1 and not self.lost else None

    @property
    def named(self) -> frozenset[str]:
        """The keys that the manifests name."""
        return frozenset(key for manifest in self.manifests.values() if manifest for key in manifest.keys)

    def _key(self, file: CuratedFile) -> str:
        return str(CuratedKey(self.week, file))


@dataclass(frozen=True)
class PublishedWeeks:
    """The published weeks of a bucket, which this reads and never writes."""

    client: "S3Client"
    bucket: str

    def published(self, week: Week) -> Published:
        """Return what is published of the week."""
        files = {file: self._published_file(str(CuratedKey(week, file))) for file in CuratedFile}
        manifests = {table: self.manifest(SymlinkKey(table, week)) for table in CuratedTable}
        found = Published(week, files, manifests)
        return replace(found, lost=found.named - self.stored(week).keys()) if found.named else found

    def stored(self, week: Week, *, part: str = "") -> dict[str, datetime]:
        """Return the keys in the folder of the week, or of one part of it, and when each was written."""
        prefix = part_folder(week, part) if part else week_folder(week)
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return {each["Key"]: each["LastModified"] for page in pages for each in page.get("Contents", [])}

    def content(self, key: str) -> bytes | None:
        """Return what is stored under a key; None where nothing is."""
        with absences():
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return None

    def manifest(self, key: SymlinkKey) -> Manifest | None:
        """Return a manifest; None where there is none."""
        with absences():
            found = self.client.get_object(Bucket=self.bucket, Key=str(key))
            named = found["Body"].read().decode(errors="replace").split()
            keys = tuple(each.removeprefix(self.url) for each in named)
            return Manifest(found["ETag"], found["Metadata"].get(GENERATED_FROM, ""), keys, found["LastModified"])
        return None

    @property
    def url(self) -> str:
        """What comes before a key in a manifest."""
        return f"s3://{self.bucket}/"

    def _published_file(self, key: str) -> PublishedFile | None:
        with absences():
            found = self.client.head_object(Bucket=self.bucket, Key=key)
            metadata = found["Metadata"]
            duplicates = metadata.get(DUPLICATES)
            return PublishedFile(
                found["ETag"],
                metadata.get(GENERATED_FROM, ""),
                metadata.get(WOW_INPUT, ""),
                int(duplicates) if duplicates else None,
            )
        return None


@contextmanager
def absences() -> Iterator[None]:
    """End the block where S3 says that an object is not there."""
    try:
        yield
    except ClientError as error:
        if not is_absent(error):
            raise
