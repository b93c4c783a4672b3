"""The data sets that QuickSight's dashboard draws: SQL in Athena's dialect, and the columns of its answer.

A visual takes one category, one value and one colour, so that the kinds of violations and the subscores, which the
table has side by side, are rows here. A share or a mean comes as turns that have it, or points of all turns: they can
be added over cells and divided by the turns, which means cannot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from schemas.catalog.columns import WEEKLY_SUMMARY, Scalar
from schemas.catalog.queries import FEW_RUNS_NOTE, HELD_OUT_HIGH, HELD_OUT_LOW
from schemas.keys.grammar import CuratedTable
from schemas.models import VIOLATION_RATES, CsdSubscores

TABLE: Final = CuratedTable.WEEKLY_SUMMARY.value
NEWEST: Final = "newest"
# The columns that every data set has, so that a filter by one of them holds for all.
_CELL: Final = {
    "week": Scalar.STRING,
    "period": Scalar.STRING,
    "model": Scalar.STRING,
    "phase": Scalar.STRING,
}
_PERIOD: Final = f"CASE WHEN week = MAX(week) OVER () THEN '{NEWEST}' ELSE 'earlier' END AS period"
_SUBSCORES: Final = {name: f"avg_{name.lower()}" for name in CsdSubscores.__struct_fields__ if name != "overall"}


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A data set; `columns` are those of the answer, in its order, all scalars."""

    name: str
    title: str
    columns: Mapping[str, Scalar]
    select: str
    joined: str = ""

    def sql(self, database: str = "") -> str:
        """Return the query; a client of Athena that names no database needs it before the table."""
        table = f"{database}.{TABLE}" if database else TABLE
        return f"SELECT {self.select}\nFROM {table}{self.joined}"


def _scalars() -> dict[str, Scalar]:
    return {column.name: column.type for column in WEEKLY_SUMMARY if isinstance(column.type, Scalar)}


def _unpivoted(name: str, title: str, *, kind: str, total: str, means: Mapping[str, str], known: str = "") -> DataSet:
    """Return the data set with a row for each of the `means`: its name in `kind`, its total over turns in `total`."""
    kinds = ", ".join(f"('{each}')" for each in means)
    cases = " ".join(f"WHEN '{each}' THEN {column}" for each, column in means.items())
    where = f"\nWHERE {known} IS NOT NULL" if known else ""
    return DataSet(
        name=name,
        title=title,
        columns={**_CELL, kind: Scalar.STRING, "turns_count": Scalar.BIGINT, total: Scalar.DOUBLE},
        select=f"week, {_PERIOD}, model, phase, {kind}, turns_count,\n"
        f"  turns_count * CASE {kind} {cases} END AS {total}",
        joined=f"\nCROSS JOIN (VALUES {kinds}) AS kinds ({kind}){where}",
    )


SUMMARY: Final = DataSet(
    name=TABLE,
    title="Weekly summary",
    columns={
        **_CELL,
        **{name: kind for name, kind in _scalars().items() if name not in _CELL},
        "low": Scalar.DOUBLE,
        "high": Scalar.DOUBLE,
        "note": Scalar.STRING,
    },
    select=f"week, {_PERIOD}, model, phase,\n  "
    + ", ".join(name for name in _scalars() if name not in _CELL)
    + f",\n  {HELD_OUT_LOW} AS low,\n  {HELD_OUT_HIGH} AS high,\n  {FEW_RUNS_NOTE} AS note",
)
VIOLATIONS: Final = _unpivoted(
    "violations",
    "Violations",
    kind="violation",
    total="violating_turns",
    means={str(kind): column for kind, column in VIOLATION_RATES.items()},
)
# Turns without a context have no subscores.
SUBSCORES: Final = _unpivoted(
    "subscores",
    "Subscores of context-sensitive depth",
    kind="subscore",
    total="points",
    means=_SUBSCORES,
    known="avg_csd_overall",
)
DATA_SETS: Final = (SUMMARY, VIOLATIONS, SUBSCORES)
