"""What the checks hold Trino's answers to: the lake's objects, its keys and the local answers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from ops.deployment import Deployment
from ops.query.local import LocalEngine
from ops.query.result import Value, as_athena
from ops.query.trino import TrinoEngine
from schemas.catalog.tables import tables
from schemas.keys.grammar import CuratedTable, Phase
from schemas.keys.layout import ScoreKey, SymlinkKey
from schemas.keys.projection import DAYS_AHEAD
from schemas.keys.weeks import Week
from schemas.names import Output
from schemas.registry.models_file import load_models
from stacks.config import Config
from tests.contract.statements import assert_same
from tools.local.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

PROJECTION = Config.from_context({}).projection
TABLES = {table.name: table for table in tables([*load_models()], PROJECTION)}


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A deployed lake, and a Trino over it."""

    endpoint: Endpoint
    deployment: Deployment
    url: str

    @property
    def database(self) -> str:
        return self.deployment.output(Output.DATABASE)

    @property
    def glue(self) -> "GlueClient":
        return self.endpoint.client("glue")

    @property
    def s3(self) -> "S3Client":
        return self.endpoint.client("s3")

    def trino(self, database: str = "") -> TrinoEngine:
        return TrinoEngine(url=self.url, database=database or self.database)

    def local(self) -> LocalEngine:
        return LocalEngine(glue=self.glue, s3=self.s3, database=self.database, clock=lambda: datetime.now(UTC))

    def keys(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.deployment.bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def parquet(self, table: CuratedTable, week: Week) -> pa.Table:
        """Return the rows of the files that a week's manifest names."""
        manifest = self._read(str(SymlinkKey(table, week))).decode()
        keys = [line.removeprefix(f"s3://{self.deployment.bucket}/") for line in manifest.splitlines()]
        return pa.concat_tables([pq.read_table(pa.BufferReader(self._read(key))) for key in keys])

    def _read(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=self.deployment.bucket, Key=key)["Body"].read()


def check_partitions(engine: TrinoEngine, table: str) -> None:
    """Fail unless Trino projects exactly the partitions of the keys that the schemas build."""
    today = datetime.now(UTC).date()
    days = (today + DAYS_AHEAD - PROJECTION.first_dt).days + 1
    values: Mapping[str, Sequence[str]] = {
        "dt": [str(PROJECTION.first_dt + timedelta(days=number)) for number in range(days)],
        "model": [*load_models()],
        "phase": [*map(str, Phase)],
        "week": [*map(str, PROJECTION.weeks())],
    }
    keys = [key.name for key in TABLES[table].partition_keys]
    found = engine.answer(f'SELECT {", ".join(keys)} FROM "{table}$partitions"').rows
    expected = [*product(*(values[key] for key in keys))]
    assert (len(found), {*found}) == (len(expected), {*expected})


def check_values(contract: Contract, engine: TrinoEngine, table: CuratedTable) -> int:
    """Fail unless every value of a Parquet table is the one that pyarrow reads; return how many there are."""
    names = [column.name for column in TABLES[table].columns]
    expected: list[Sequence[Value]] = []
    for key in contract.keys(f"curated/symlinks/{table}/"):
        week = SymlinkKey.parse(key).week
        read = contract.parquet(table, week)
        lists = [read.column(name).to_pylist() for name in names]
        expected += [(*map(_milliseconds, row), str(week)) for row in zip(*lists, strict=True)]
    found = engine.answer(f"SELECT {', '.join(names)}, week FROM {table}").rows
    assert_same(found, expected)
    return len(expected) * len(names)


def _milliseconds(value: object) -> Value:
    if isinstance(value, datetime):
        value = (value + timedelta(microseconds=500)).replace(tzinfo=None)
    return as_athena(value)


def check_view(contract: Contract, engine: TrinoEngine) -> None:
    """Fail unless the view has each run once, in the week of its day."""
    days = {key: ScoreKey.parse(key).dt for key in contract.keys("scores/")}
    expected = sorted((ScoreKey.parse(key).run_id, str(day), str(Week.of(day))) for key, day in days.items())
    assert expected
    assert engine.answer("SELECT run_id, dt, week FROM runs ORDER BY 1, 2, 3").rows == expected
