"""The bucket as curation sees it: a week's published files, and writes that find out about others.

Every write of a file is conditional on what was there when the week was looked at, so that of two invocations at a
time one fails, and looks again: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import pyarrow as pa
from botocore.exceptions import ClientError

from lake.archive import is_archived
from lake.published import Manifest, PublishedFile, PublishedWeeks, absences
from lake.s3_errors import is_being_written, is_changed
from lambdas.curate_week.multipart import Condition, put_in_parts
from lambdas.curate_week.parquet import read_runs, read_summary
from schemas.curation import GENERATED_FROM
from schemas.keys.grammar import CuratedFile, CuratedTable, Key
from schemas.keys.layout import CuratedKey, SymlinkKey
from schemas.keys.weeks import Week
from schemas.models import CuratedRun, WeeklySummary

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef, ObjectTypeDef

# The most that one PUT takes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
LARGEST_PUT: Final = 5 * 1024**3


class ConflictError(RuntimeError):
    """A file changed since the week was looked at: somebody else curates it; it is to be looked at again."""


class SummaryError(RuntimeError):
    """A published summary that cannot be read; the message is one line that says what to do."""


@dataclass(frozen=True)
class WeekStore(PublishedWeeks):
    """The weeks of a bucket, which this reads and writes."""

    def archived(self, keys: Collection[str]) -> str | None:
        """Return the first of the keys whose object cannot be read before it is restored; None where all can."""
        for folder, group in groupby(sorted(keys), lambda key: key.rpartition("/")[0]):
            wanted = {*group}
            last = max(wanted)
            for each in self._listed(f"{folder}/", after=min(wanted)[:-1]):
                if each["Key"] in wanted and is_archived(each):
                    return each["Key"]
                if each["Key"] >= last:
                    break
        return None

    def _listed(self, prefix: str, *, after: str) -> "Iterator[ObjectTypeDef]":
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix, StartAfter=after, OptionalObjectAttributes=["RestoreStatus"]
        )
        return chain.from_iterable(page.get("Contents", []) for page in pages)

    def put_content(self, key: str, content: bytes) -> None:
        """Store a small object, whatever is there."""
        self.client.put_object(Bucket=self.bucket, Key=key, Body=content)

    def remove(self, key: str) -> None:
        """Remove an object; on a versioned bucket it stays as a noncurrent version."""
        self.client.delete_object(Bucket=self.bucket, Key=key)

    def summary(self, week: Week, *, etag: str | None = None) -> list[WeeklySummary]:
        """Return the published summary, no rows where there is none; raise `SummaryError` where it cannot be read.

        With an ETag return that one, whole, or raise `ConflictError`. Otherwise what an earlier version did not have
        yet is None.
        """
        key = str(CuratedKey(week, CuratedFile.WEEKLY_SUMMARY))
        request: GetObjectRequestTypeDef = {"Bucket": self.bucket, "Key": key}
        if etag:
            request["IfMatch"] = etag
        with _conflicts(key) if etag else absences():
            return _rows(self.client.get_object(**request)["Body"].read(), week, whole=bool(etag))
        return []

    def runs(self, week: Week) -> Iterator[CuratedRun]:
        """Yield the published runs in their order; none where the week is not curated, or not with its runs."""
        manifest = self.manifest(SymlinkKey(CuratedTable.CURATED_RUNS, week))
        for key in manifest.keys if manifest else ():
            if content := self.content(key):
                yield from read_runs(pa.BufferReader(content))

    def put(self, key: Key, path: Path, *, over: PublishedFile | None, metadata: Mapping[str, str]) -> None:
        """Publish a file over what was seen, nothing included; raise `ConflictError` where that has changed."""
        with _conflicts(str(key)):
            if path.stat().st_size > LARGEST_PUT:
                condition = _over(over)
                put_in_parts(self.client, self.bucket, str(key), path, metadata=metadata, condition=condition)
                return
            with path.open("rb") as body:
                self.client.put_object(Bucket=self.bucket, Key=str(key), Body=body, Metadata=metadata, **_over(over))

    def show(self, key: SymlinkKey, named: Iterable[Key], *, over: Manifest | None, generated_from: str) -> None:
        """Publish a manifest over the one that was seen; raise `ConflictError` where that has changed."""
        body = "".join(f"{self.url}{each}\n" for each in named).encode()
        metadata = {GENERATED_FROM: generated_from}
        with _conflicts(str(key)):
            self.client.put_object(Bucket=self.bucket, Key=str(key), Body=body, Metadata=metadata, **_over(over))


def _over(seen: PublishedFile | Manifest | None) -> Condition:
    return {"IfMatch": seen.etag} if seen else {"IfNoneMatch": "*"}


def _rows(content: bytes, week: Week, *, whole: bool) -> list[WeeklySummary]:
    try:
        rows = read_summary(pa.BufferReader(content))
        return msgspec.convert(msgspec.to_builtins(rows), list[WeeklySummary]) if whole else rows
    except (pa.ArrowException, OSError, msgspec.ValidationError) as error:
        key, reason = CuratedKey(week, CuratedFile.WEEKLY_SUMMARY), str(error).partition("\n")[0]
        raise SummaryError(f"{key}: {reason}: run `ops curate {week} --force`") from None


@contextmanager
def _conflicts(key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if not is_changed(error) and not is_being_written(error):
            raise
        raise ConflictError(f"{key}: changed since it was looked at") from None
