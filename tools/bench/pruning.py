"""Which bytes a query must read: raw objects after partition pruning, Parquet after row groups' statistics. Pure.

For the layout document's queries: every condition compares a column with a literal, and all of them must hold.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp

from schemas.catalog.columns import CURATED_TURNS

_OPERATORS: Final[Mapping[type[exp.Expr], Callable[[str, str], bool]]] = {
    exp.EQ: operator.eq,
    exp.GTE: operator.ge,
    exp.LT: operator.lt,
}
# What the least and the greatest value must satisfy for a value in between to do so.
_BOUNDS: Final[Mapping[type[exp.Expr], Callable[[str, str, str], bool]]] = {
    exp.EQ: lambda least, greatest, literal: least <= literal <= greatest,
    exp.GTE: lambda _, greatest, literal: greatest >= literal,
    exp.LT: lambda least, _, literal: least < literal,
}
_CURATED: Final = {column.path: column.name for column in CURATED_TURNS if column.path} | {("dt",): "dt"}


@dataclass(frozen=True)
class Condition:
    """A column compared with text."""

    column: str
    kind: type[exp.Expr]
    literal: str


@dataclass(frozen=True)
class Needs:
    """The columns of curated turns that a query touches, and its conditions."""

    columns: frozenset[str]
    conditions: Sequence[Condition]

    def wants(self, partition: Mapping[str, str]) -> bool:
        """Return whether an object under these partition values must be read."""
        return all(_OPERATORS[each.kind](partition[each.column], each.literal) for each in self.conditions)

    def bytes_of(self, file: pq.FileMetaData) -> int:
        """Return the bytes to read: the footer, and the columns' chunks of row groups that may hold a row."""
        groups = (file.row_group(number) for number in range(file.num_row_groups))
        return int(file.serialized_size) + sum(self._bytes_of_group(group) for group in groups)

    def _bytes_of_group(self, group: pq.RowGroupMetaData) -> int:
        chunks = [group.column(number) for number in range(group.num_columns)]
        statistics = {chunk.path_in_schema: chunk.statistics for chunk in chunks}
        for each in self.conditions:
            found = statistics[each.column]
            if found.has_min_max and not _BOUNDS[each.kind](found.min, found.max, each.literal):
                return 0
        needed = (chunk for chunk in chunks if chunk.path_in_schema.partition(".")[0] in self.columns)
        return sum(chunk.total_compressed_size for chunk in needed)


def needs_of(sql: str) -> Needs:
    """Return what a query needs; raise `KeyError` where it has another condition than the ones that are known."""
    query = sqlglot.parse_one(sql, read="trino")
    paths = (tuple(part.name for part in column.parts) for column in query.find_all(exp.Column))
    where = query.args["where"].this
    conditions = [where] if not isinstance(where, exp.And) else list(where.flatten())
    return Needs(
        frozenset(_CURATED[path] for path in paths if path in _CURATED),
        [_condition(each) for each in conditions],
    )


def _condition(found: exp.Expr) -> Condition:
    _ = _OPERATORS[type(found)]
    return Condition(found.this.name, type(found), found.expression.name)


def raw_bytes(needs: Needs, objects: Iterable[tuple[Mapping[str, str], int]]) -> int:
    """Return the bytes of the objects, partition values and size, that must be read whole."""
    return sum(size for partition, size in objects if needs.wants(partition))
