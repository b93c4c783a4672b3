"""A small lake in moto: the catalog as the stack declares it, and a bucket."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, cast

import boto3
import pytest

from ops.query.catalog import Catalog
from ops.query.local import LocalEngine
from schemas.catalog import tables as declared
from schemas.catalog.columns import glue_type
from schemas.catalog.tables import Table, TableFormat
from schemas.catalog.views import View, runs_view
from schemas.keys.projection import Projection
from schemas.keys.weeks import Week
from schemas.names import PRIMARY_REGION

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import TableInputTypeDef, TableTypeDef
    from mypy_boto3_s3 import S3Client

BUCKET = "lake"
DATABASE = "socratic_bench"
MODELS = ("model-a", "model-b")
NOW = datetime(2025, 11, 20, 23, 30, tzinfo=UTC)
PROJECTION = Projection(date(2025, 1, 1), Week(2025, 1))
JSON_SERDE = {"ignore.malformed.json": "true", "case.insensitive": "true", "use.null.for.invalid.data": "true"}
FORMATS = {
    TableFormat.JSON: (
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.openx.data.jsonserde.JsonSerDe",
    ),
    TableFormat.PARQUET_BY_SYMLINK: (
        "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
}


def table_input(table: Table, *, serde: Mapping[str, str]) -> "TableInputTypeDef":
    """Return a table as the catalog stack declares it."""
    input_format, library = FORMATS[table.format]
    json = table.format is TableFormat.JSON
    return {
        "Name": table.name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "json", **table.parameters(bucket=BUCKET)},
        "PartitionKeys": [{"Name": key.name, "Type": key.glue_type} for key in table.partition_keys],
        "StorageDescriptor": {
            "Columns": [{"Name": column.name, "Type": glue_type(column.type, json=json)} for column in table.columns],
            "Location": f"s3://{BUCKET}/{table.root}",
            "InputFormat": input_format,
            "SerdeInfo": {
                "SerializationLibrary": library,
                "Parameters": dict(serde) if json else {"serialization.format": "1"},
            },
        },
    }


def view_input(view: View) -> "TableInputTypeDef":
    return {
        "Name": view.name,
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "ViewOriginalText": view.original_text(database=DATABASE),
        "ViewExpandedText": "/* Presto View */",
        "StorageDescriptor": {
            "Columns": [{"Name": column.name, "Type": column.glue_type} for column in view.columns],
            "SerdeInfo": {},
        },
    }


def catalog(*, serde: Mapping[str, str] = JSON_SERDE, more: "Iterable[TableInputTypeDef]" = ()) -> Catalog:
    """Return the catalog without moto."""
    found = {table.name: table for table in declared.tables(MODELS, PROJECTION)}
    inputs = [table_input(table, serde=serde) for table in found.values()]
    # What Glue takes of a table is part of what it returns.
    described = [*inputs, view_input(runs_view(found[declared.SCORES])), *more]
    return Catalog(cast("list[TableTypeDef]", described))


@contextmanager
def moto_credentials() -> Iterator[None]:
    """Keep boto3 from this machine's settings, for a fixture that outlives a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
            patch.delenv(name, raising=False)
        yield


@dataclass
class Lake:
    """What a test puts and asks; `listed` and `fetched` record what the engine asked S3 for."""

    glue: "GlueClient" = field(default_factory=lambda: boto3.client("glue", region_name=PRIMARY_REGION))
    s3: "S3Client" = field(default_factory=lambda: boto3.client("s3", region_name=PRIMARY_REGION))
    listed: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def create(self, *, serde: Mapping[str, str] = JSON_SERDE) -> None:
        self.s3.create_bucket(Bucket=BUCKET)
        self.glue.create_database(DatabaseInput={"Name": DATABASE})
        found = {table.name: table for table in declared.tables(MODELS, PROJECTION)}
        for table in found.values():
            self.glue.create_table(DatabaseName=DATABASE, TableInput=table_input(table, serde=serde))
        self.declare(view_input(runs_view(found[declared.SCORES])))
        events = self.s3.meta.events
        events.register("provide-client-params.s3.ListObjectsV2", self._record_list)
        events.register("provide-client-params.s3.GetObject", self._record_get)

    def declare(self, table: "TableInputTypeDef") -> None:
        self.glue.create_table(DatabaseName=DATABASE, TableInput=table)

    def redeclare(
        self, name: str, *, serde: Mapping[str, str] = JSON_SERDE, parameters: Mapping[str, str] | None = None
    ) -> None:
        found = {table.name: table for table in declared.tables(MODELS, PROJECTION)}
        table = table_input(found[name], serde=serde)
        table["Parameters"] = {**table["Parameters"], **(parameters or {})}
        self.glue.update_table(DatabaseName=DATABASE, TableInput=table)

    def put(self, objects: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> None:
        for key, body in dict(objects).items():
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def engine(self, *, now: datetime = NOW) -> LocalEngine:
        return LocalEngine(glue=self.glue, s3=self.s3, database=DATABASE, clock=lambda: now)

    def rows(self, sql: str, *parameters: str, now: datetime = NOW) -> list[tuple[object, ...]]:
        return [*self.engine(now=now).answer(sql, parameters).rows]

    def _record_list(self, params: Mapping[str, str], **_: object) -> None:
        # A page that continues another asks for the same prefix.
        if "ContinuationToken" not in params:
            self.listed.append(params["Prefix"])

    def _record_get(self, params: Mapping[str, str], **_: object) -> None:
        self.fetched.append(params["Key"])
