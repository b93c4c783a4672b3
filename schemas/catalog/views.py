"""The view over the scores, and how Athena stores a view in Glue: as its SQL and the Trino types of its columns.

The form is the one that Athena's own `CREATE VIEW` leaves in the catalog; there is no API that takes a view.
"""

import base64
import json
from dataclasses import dataclass
from typing import Final

from schemas.catalog.columns import Column, ListOf, Scalar, StructOf, Type, glue_type
from schemas.catalog.tables import RUNS_VIEW, PartitionKey, Table

_CATALOG: Final = "awsdatacatalog"
# Types whose name in Trino is not Glue's.
_TRINO_NAMES: Final = {"string": "varchar"}

WEEK: Final = "week"
# The week's own year (%x) and number (%v), as in schemas.keys.weeks; %Y would put 2025-12-29 into 2025-W01.
_WEEK_SQL: Final = "date_format(dt, '%x-W%v')"


@dataclass(frozen=True)
class ViewColumn:
    """A column of a view, with its type in both languages."""

    name: str
    glue_type: str
    trino_type: str
    description: str


@dataclass(frozen=True)
class View:
    """A view; `sql` names its tables without their database.

    It has no description: the engine takes Glue's for the view's comment, and a comment other than `Presto View` for
    a table's.
    """

    name: str
    sql: str
    columns: tuple[ViewColumn, ...]

    def original_text(self, *, database: str) -> str:
        """Return what Athena reads the view from: JSON, base64, inside a comment."""
        definition = {
            "originalSql": self.sql,
            "catalog": _CATALOG,
            "schema": database,
            "columns": [{"name": column.name, "type": column.trino_type} for column in self.columns],
        }
        encoded = base64.b64encode(json.dumps(definition).encode()).decode()
        return f"/* Presto View: {encoded} */"


def trino_type(kind: Type) -> str:
    """Return the Trino type of a column that is read from JSON: names of parts in lower case, times as text."""
    if isinstance(kind, ListOf):
        return f"array({trino_type(kind.item)})"
    if isinstance(kind, StructOf):
        return f"row({', '.join(f'{part.name.lower()} {trino_type(part.type)}' for part in kind.parts)})"
    return _trino_name(glue_type(kind, json=True))


def _trino_name(scalar: str) -> str:
    return _TRINO_NAMES.get(scalar, scalar)


def _column(column: Column) -> ViewColumn:
    return ViewColumn(column.name, glue_type(column.type, json=True), trino_type(column.type), column.description)


def _partition(key: PartitionKey) -> ViewColumn:
    return ViewColumn(key.name, key.glue_type, _trino_name(key.glue_type), key.description)


def runs_view(scores: Table) -> View:
    """Return the view `runs`: every column of the table `scores`, and the ISO week of each run's day."""
    given = (*map(_column, scores.columns), *map(_partition, scores.partition_keys))
    week = ViewColumn(WEEK, Scalar.STRING.value, trino_type(Scalar.STRING), "ISO week of dt, YYYY-WNN.")
    selected = ",\n  ".join((*(column.name for column in given), f"{_WEEK_SQL} AS {WEEK}"))
    return View(
        RUNS_VIEW,
        f"SELECT\n  {selected}\nFROM {scores.name}",
        (*given, week),
    )
