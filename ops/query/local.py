"""Answers a query on DuckDB, over the tables that the deployed Glue catalog describes."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import duckdb
import pyarrow as pa

from ops.query.catalog import Catalog, Table, View
from ops.query.failures import QueryError
from ops.query.fetching import Fetcher, File
from ops.query.result import Answer, as_athena
from ops.query.scans import PLANNING, needed, scans
from ops.query.transpile import to_duckdb

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

# Athena's zone and its order of NULLs, and nothing outside of the given tables reachable.
_SETTINGS: Final = (
    "SET TimeZone = 'UTC'",
    "SET default_null_order = 'nulls_last'",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


@dataclass(frozen=True, kw_only=True)
class LocalEngine:
    """Answers queries over a deployed catalog; `follow` shows how far the reading of objects is."""

    glue: "GlueClient"
    s3: "S3Client"
    database: str
    clock: Callable[[], datetime]
    """The time in UTC: where a projected range that ends with NOW ends, and the `current_date` of Athena's SQL."""
    follow: Callable[[Iterator[File]], Iterator[File]] = lambda files: files

    def answer_athena(self, sql: str, parameters: Sequence[str] = ()) -> Answer:
        """Return the answer to a saved query, which is in Athena's dialect; else as `answer`."""
        return self.answer(to_duckdb(sql, today=self.clock().date()), parameters)

    def answer(self, sql: str, parameters: Sequence[str] = ()) -> Answer:
        """Return the answer to a query in DuckDB's dialect; parameters are SQL literals, one for each `?`.

        Raises `QueryError` where DuckDB has none, and for data of which it is not known what Athena reads there.
        """
        begun, now = time.monotonic(), self.clock()
        statement = _select(sql)
        named = self._catalog().named(statement)
        tables = {name: entry for name, entry in named.items() if isinstance(entry, Table)}
        views = [
            f'CREATE VIEW "{name}" AS {to_duckdb(entry.sql, today=now.date())}'
            for name, entry in named.items()
            if isinstance(entry, View)
        ]
        with _duckdb([*map(_declared, tables.values()), *views, PLANNING]) as planning:
            values = [_value(planning, literal) for literal in parameters]
            found = scans(planning, statement, values)
        fetcher = Fetcher(self.s3, self.follow)
        read = {}
        for name, table in tables.items():
            here = [scan for scan in found if scan.table == name]
            wanted = frozenset[str]().union(*(scan.columns for scan in here))
            read[name] = fetcher.read(table, needed(table, here, now=now), wanted)
        with _duckdb(views, read) as connection:
            answered: pa.Table = connection.sql(statement, params=values).to_arrow_table()
        columns = [column.to_pylist() for column in answered.columns]
        archived = len(fetcher.archived)
        return Answer(
            columns=tuple(answered.column_names),
            rows=[tuple(map(as_athena, row)) for row in zip(*columns, strict=True)],
            seconds=time.monotonic() - begun,
            bytes_read=fetcher.bytes_read,
            notes=[f"{archived} archived objects are left out, as Athena passes them by"] if archived else [],
        )

    def _catalog(self) -> Catalog:
        pages = self.glue.get_paginator("get_tables").paginate(DatabaseName=self.database)
        return Catalog(table for page in pages for table in page["TableList"])


@contextmanager
def _duckdb(
    prepared: Sequence[str], tables: Mapping[str, pa.Table] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a DuckDB with these tables, then prepared; raise `QueryError` with the first line of what it refuses."""
    try:
        with duckdb.connect() as connection:
            for name, table in (tables or {}).items():
                connection.register(name, table)
            for statement in (*prepared, *_SETTINGS):
                connection.execute(statement)
            yield connection
    except duckdb.Error as error:
        raise QueryError(str(error).splitlines()[0]) from None


def _declared(table: Table) -> str:
    """Return the statement that makes the table, empty."""
    columns = {**table.columns, **table.partition_keys}
    typed = ", ".join(f'"{name}" {kind.sql("duckdb")}' for name, kind in columns.items())
    return f'CREATE TABLE "{table.name}" ({typed})'


def _select(sql: str) -> str:
    """Return the one statement that the text is, which must be a query."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(str(error).splitlines()[0]) from None
    if [found.type for found in statements] != [duckdb.StatementType.SELECT]:
        raise QueryError("expected one statement, a SELECT")
    return str(statements[0].query)


def _value(connection: duckdb.DuckDBPyConnection, literal: str) -> object:
    (value,) = connection.execute(f"SELECT {literal}").fetchall()[0]
    return value
