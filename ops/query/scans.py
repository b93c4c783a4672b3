"""What a query reads of each table, as DuckDB plans it: the columns, and the partitions that its conditions leave.

DuckDB plans over empty tables, pushes conditions down as far as they go, and tells in its plan what each scan reads.
What is not understood of a condition rules out nothing.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Final

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ops.query.catalog import Table
from ops.query.listing import Partitions
from ops.query.projection import projected_values

_Node = Mapping[str, object]

# Otherwise the tables' being empty would end the plan, and a scan be split in two of which neither says everything.
PLANNING: Final = "SET disabled_optimizers = 'statistics_propagation,late_materialization'"
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A place where the plan reads a table."""

    table: str
    columns: frozenset[str]
    """The columns that it reads, among other words."""
    conditions: Sequence[str]
    """SQL that must all hold for a row to matter there."""


def scans(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object]) -> list[Scan]:
    """Return the scans of a query's plan; raises `duckdb.Error` where it has none."""
    ((_, plan),) = connection.execute(f"EXPLAIN (FORMAT json) {sql}", values).fetchall()
    return [scan for top in json.loads(plan) for scan in _below(top, ())]


def _below(node: _Node, filters: Sequence[str]) -> Iterator[Scan]:
    info = node.get("extra_info")
    said = info if isinstance(info, Mapping) else {}
    if node["name"] == "SEQ_SCAN":
        conditions = (*filters, *_texts(said.get("Filters")))
        # What only the scan's own conditions need is no part of its projection.
        texts = (*_texts(said.get("Projections")), *conditions)
        columns = frozenset(word for text in texts for word in _WORD.findall(text.lower()))
        yield Scan(table=str(said["Table"]).rpartition(".")[2], columns=columns, conditions=conditions)
    # Conditions are about what is directly below; further down the columns may have other names.
    here = _texts(said.get("Expression")) if node["name"] == "FILTER" else ()
    children = node["children"]
    for child in children if isinstance(children, list) else ():
        yield from _below(child, here)


def _texts(found: object) -> Sequence[str]:
    if isinstance(found, list):
        return [str(text) for text in found]
    return [str(found)] if found else []


def needed(table: Table, found: Sequence[Scan], *, now: datetime) -> Partitions:
    """Return the partitions that a table's scans need; none where the plan has no scan of it."""
    keys = table.partition_keys
    projected = {key: projected_values(key, table.projection, now=now) for key in keys}
    conditions = [[*_about(keys, scan)] for scan in found]
    every = frozenset(product(*projected.values()))
    if not found or not keys or not all(conditions):
        return Partitions(projected=projected, needed=every if found else frozenset())
    values = ", ".join(f"(SELECT unnest(?) AS raw_{key}) AS r_{key}" for key in keys)
    typed = ", ".join(f'CAST(raw_{key} AS {kind.sql("duckdb")}) AS "{key}"' for key, kind in keys.items())
    raw = ", ".join(f"raw_{key}" for key in keys)
    where = " OR ".join(f"({' AND '.join(each)})" for each in conditions)
    sql = f"SELECT {raw} FROM (SELECT {raw}, {typed} FROM {values}) WHERE {where}"  # noqa: S608 (of DuckDB's own plan)
    try:
        with duckdb.connect() as connection:
            rows = connection.execute(sql, [[*each] for each in projected.values()]).fetchall()
    except duckdb.Error:
        return Partitions(projected=projected, needed=every)
    return Partitions(projected=projected, needed=frozenset(tuple(map(str, row)) for row in rows))


def _about(keys: Mapping[str, object], scan: Scan) -> Iterator[str]:
    """Yield those of a scan's conditions that partition keys alone decide."""
    for text in scan.conditions:
        try:
            condition = sqlglot.parse_one(text, dialect="duckdb")
        except SqlglotError:
            continue
        if not isinstance(condition, exp.Condition):
            # A hint to the scan, such as "optional: …"; the condition itself stands beside it.
            continue
        for part in condition.unnest().flatten() if isinstance(condition.unnest(), exp.And) else [condition]:
            columns = {column.name for column in part.find_all(exp.Column)}
            if columns and columns <= keys.keys():
                yield part.sql(dialect="duckdb")
