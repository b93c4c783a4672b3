"""Answers a query on DuckDB, over the tables that the deployed Glue catalog describes."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import duckdb
import pyarrow as pa

from ops.query.catalog import Catalog
from ops.query.failures import QueryError, refused
from ops.query.fetching import Fetcher, File
from ops.query.prepare import prepare
from ops.query.pruning import needed_partitions
from ops.query.result import Answer, as_athena
from ops.query.rewrite import to_duckdb

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

# What Athena does by default, said, and nothing outside of the given tables reachable.
_SETTINGS: Final = (
    "SET TimeZone = 'UTC'",
    "SET default_null_order = 'nulls_last'",
    "SET ieee_floating_point_ops = true",
    "SET error_on_division_by_zero = true",
    "SET scalar_subquery_error_on_multiple_rows = true",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


def read_catalog(glue: "GlueClient", database: str) -> Catalog:
    """Return what Glue describes in the database."""
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=database)
    return Catalog(database, [table for page in pages for table in page["TableList"]])


_OWN_ERROR: Final = re.compile(r"^Invalid Input Error: (?=[A-Z_]{6,}: )")


@dataclass(frozen=True, kw_only=True)
class LocalEngine:
    """Answers queries over a deployed catalog; `follow` shows how far the reading of objects is."""

    glue: "GlueClient"
    s3: "S3Client"
    database: str
    clock: Callable[[], datetime]
    """The time in UTC: what `current_date` is, and where a projected range that ends with NOW ends."""
    follow: Callable[[Iterator[File]], Iterator[File]] = lambda files: files

    def answer(self, sql: str, parameters: Sequence[str] = ()) -> Answer:
        """Return the answer; parameters are SQL literals, one for each `?`.

        Raises `QueryError` where Athena refuses the query too, and where it is not known to answer alike.
        """
        begun, now = time.monotonic(), self.clock()
        catalog = read_catalog(self.glue, self.database)
        try:
            prepared = prepare(sql, parameters, catalog)
            partitions = needed_partitions(prepared, now=now)
            translated = to_duckdb(prepared.query, now=now)
        except RecursionError:
            raise refused("a query that is nested so deeply") from None
        fetcher = Fetcher(self.s3, self.follow)
        tables = {
            name: fetcher.read(table, partitions[name], prepared.needed[name])
            for name, table in prepared.tables.items()
        }
        rows = run(translated, tables)
        archived = len(fetcher.archived)
        return Answer(
            columns=prepared.columns,
            rows=rows,
            seconds=time.monotonic() - begun,
            bytes_read=fetcher.bytes_read,
            notes=[f"{archived} archived objects are left out, as Athena passes them by"] if archived else [],
        )


def _told(error: duckdb.Error) -> str:
    """Return DuckDB's message in a line, as Athena's where it has the same error."""
    (line, *_) = str(error).splitlines() or [type(error).__name__]
    if "Division by zero" in line:
        return "DIVISION_BY_ZERO: Division by zero"
    # What `rewrite` lets fail names Athena's error itself.
    return _OWN_ERROR.sub("", line)


def run(sql: str, tables: Mapping[str, pa.Table]) -> list[tuple[str | int | float | bool | None, ...]]:
    """Return the rows of DuckDB's SQL over the tables; raise `QueryError` with its first line where it fails."""
    with duckdb.connect() as connection:
        for setting in _SETTINGS:
            connection.execute(setting)
        for name, table in tables.items():
            connection.register(name, table)
        try:
            found: pa.Table = connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise QueryError(_told(error)) from None
    columns = [column.to_pylist() for column in found.columns]
    return [tuple(map(as_athena, row)) for row in zip(*columns, strict=True)]
