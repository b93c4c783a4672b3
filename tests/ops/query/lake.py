"""A small lake, in moto or on the embedded AWS: the catalog of the accepted template, and a bucket."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import boto3
import pytest

from ops.query.catalog import Catalog
from ops.query.local import LocalEngine
from schemas.names import PRIMARY_REGION

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import TableInputTypeDef, TableTypeDef
    from mypy_boto3_s3 import S3Client

TEMPLATE = Path(__file__).resolve().parents[3] / "templates" / "SocraticBenchCatalog.json"
BUCKET = "lake"
DATABASE = "lake"
MODELS = ("model-a", "model-b")
NOW = datetime(2025, 11, 20, 23, 30, tzinfo=UTC)


def table_input(name: str, *, serde: Mapping[str, str] | None = None) -> "TableInputTypeDef":
    """Return a table or the view as it is deployed, but for this lake's bucket, database and models."""
    text = TEMPLATE.read_text().replace("s3://socratic-bench-${AWS::AccountId}/", f"s3://{BUCKET}/")
    resources = json.loads(text)["Resources"].values()
    declared = (it["Properties"]["TableInput"] for it in resources if it["Type"] == "AWS::Glue::Table")
    found: TableInputTypeDef = next(it for it in declared if it["Name"] == name)
    if "projection.model.values" in found["Parameters"]:
        found["Parameters"] = {**found["Parameters"], "projection.model.values": ",".join(MODELS)}
    if "ViewOriginalText" in found:
        encoded = found["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
        definition = json.dumps({**json.loads(base64.b64decode(encoded)), "schema": DATABASE})
        found["ViewOriginalText"] = f"/* Presto View: {base64.b64encode(definition.encode()).decode()} */"
    if serde is not None:
        found["StorageDescriptor"]["SerdeInfo"]["Parameters"] = dict(serde)
    return found


def table_names() -> list[str]:
    """Return the names of the tables and the view."""
    resources = json.loads(TEMPLATE.read_text())["Resources"].values()
    return [it["Properties"]["TableInput"]["Name"] for it in resources if it["Type"] == "AWS::Glue::Table"]


def catalog(*more: "TableInputTypeDef") -> Catalog:
    """Return the catalog without moto; of two tables of a name the last counts."""
    # What Glue takes of a table is part of what it returns.
    return Catalog(cast("list[TableTypeDef]", [*map(table_input, table_names()), *more]))


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

    def create(self) -> None:
        self.s3.create_bucket(Bucket=BUCKET)
        self.glue.create_database(DatabaseInput={"Name": DATABASE})
        for name in table_names():
            self.glue.create_table(DatabaseName=DATABASE, TableInput=table_input(name))
        events = self.s3.meta.events
        events.register("provide-client-params.s3.ListObjectsV2", self._record_list)
        events.register("provide-client-params.s3.GetObject", self._record_get)

    def redeclare(
        self, name: str, *, serde: Mapping[str, str] | None = None, parameters: Mapping[str, str] | None = None
    ) -> None:
        table = table_input(name, serde=serde)
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
