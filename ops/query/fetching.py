"""Reads the objects of the needed partitions from S3 into Arrow tables, one for each table of the query."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from botocore.exceptions import ClientError

from lake.archive import ARCHIVE_CLASSES, is_archived
from lake.s3_errors import is_absent
from ops.aws import CONNECTIONS
from ops.parallel import in_parallel
from ops.query.catalog import Format, Table
from ops.query.failures import QueryError
from ops.query.jsonlines import JsonRows
from ops.query.listing import PartitionFiles, Partitions, prefixes
from ops.query.parquet import read_parquet
from ops.query.types import arrow_type

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef

_S3: Final = "s3://"


@dataclass(frozen=True)
class File:
    """An object, and the values of the partition that its rows belong to."""

    bucket: str
    key: str
    partition: Mapping[str, str]


@dataclass
class Fetcher:
    """Reads a query's tables, and counts what it read; `follow` shows how far a reading is."""

    s3: "S3Client"
    follow: Callable[[Iterator[File]], Iterator[File]] = lambda files: files
    objects: int = 0
    bytes_read: int = 0
    archived: list[str] = field(default_factory=list)

    def read(self, table: Table, partitions: Partitions, wanted: Collection[str]) -> pa.Table:
        """Return all columns, partition keys included, of all rows in the needed partitions; NULL where not wanted.

        Raises `QueryError` for data that fails the query in Athena, or that Athena may read otherwise.
        """
        decode = _json if table.format is Format.JSON else _parquet
        files = self._listed(table, partitions)
        if table.format is Format.SYMLINKED_PARQUET:
            files = self._linked(files)
        parts = []
        for file, body in self._bodies(files):
            part = decode(table, body, wanted, file.key)
            for name, kind in table.partition_keys.items():
                # The partition names the value; a line's own model or phase does not count.
                values = pa.repeat(pa.scalar(file.partition[name]), part.num_rows)
                part = part.append_column(name, values.cast(arrow_type(kind)))
            parts.append(part)
        schema = [(name, arrow_type(kind)) for name, kind in {**table.columns, **table.partition_keys}.items()]
        return pa.concat_tables([pa.schema(schema).empty_table(), *parts])

    def _listed(self, table: Table, partitions: Partitions) -> Iterator[File]:
        files = PartitionFiles(table, partitions)

        def listing(prefix: str) -> list[tuple[str, bool]]:
            return self._list(table, prefix)

        for listed in in_parallel(listing, prefixes(table, partitions), workers=CONNECTIONS):
            for key, archived in listed:
                partition = files.partition_of(key)
                if partition is None:
                    continue
                if archived:
                    self.archived.append(key)
                else:
                    yield File(table.bucket, key, partition)

    def _list(self, table: Table, prefix: str) -> list[tuple[str, bool]]:
        """Return the keys, and whether Athena passes each by."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=table.bucket, Prefix=prefix, OptionalObjectAttributes=["RestoreStatus"]
        )
        listed = (found for page in pages for found in page.get("Contents", []))
        return [(found["Key"], _is_passed_by(found, table)) for found in listed]

    def _linked(self, manifests: Iterator[File]) -> Iterator[File]:
        """Yield the objects that the manifests name, one a line."""
        for manifest, body in in_parallel(self._get, manifests, workers=CONNECTIONS):
            for line in filter(None, map(str.strip, body.decode(errors="replace").splitlines())):
                bucket, _, key = line.removeprefix(_S3).partition("/")
                yield File(bucket, key, manifest.partition)

    def _bodies(self, files: Iterator[File]) -> Iterator[tuple[File, bytes]]:
        for file, body in in_parallel(self._get, self.follow(files), workers=CONNECTIONS):
            self.objects += 1
            self.bytes_read += len(body)
            yield file, body

    def _get(self, file: File) -> tuple[File, bytes]:
        try:
            return file, self.s3.get_object(Bucket=file.bucket, Key=file.key)["Body"].read()
        except ClientError as error:
            if not is_absent(error):
                raise
            raise QueryError(f"HIVE_CANNOT_OPEN_SPLIT: {_S3}{file.bucket}/{file.key} does not exist") from None


def _is_passed_by(found: "ObjectTypeDef", table: Table) -> bool:
    """Return whether the object is archived, and not restored for a table that reads those that are."""
    return is_archived(found) if table.reads_restored else found.get("StorageClass") in ARCHIVE_CLASSES


def _json(table: Table, body: bytes, wanted: Collection[str], source: str) -> pa.Table:
    columns = {name: kind for name, kind in table.columns.items() if name in wanted}
    reader = JsonRows(columns, malformed_is_null=table.malformed_is_null, invalid_is_null=table.invalid_is_null)
    rows = [*reader.read(body, source=source)]
    read = {name: [row[at] for row in rows] for at, name in enumerate(columns)}
    nulls = [None] * len(rows)
    return pa.table({name: pa.array(read.get(name, nulls), arrow_type(kind)) for name, kind in table.columns.items()})


def _parquet(table: Table, body: bytes, wanted: Collection[str], source: str) -> pa.Table:
    return read_parquet(body, table.columns, wanted, source=source)
