"""Columns of every table, derived from the records: the one source of Glue column lists and Arrow schemas.

`TURNS`, `SCORES` and `CALIBRATION_RESULTS` are read from JSON, `CURATED_TURNS`, `CURATED_RUNS` and `WEEKLY_SUMMARY`
from Parquet.
Partition keys are left out where the table has them, since Glue forbids a name in both places.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Final, Protocol, TypeVar

import msgspec.inspect as mi
from msgspec import Struct

from schemas.models import CanaryResult, CuratedRun, RunSummary, Turn, Violation, WeeklySummary


class Scalar(Enum):
    """A type without parts; the value is the Glue type."""

    STRING = "string"
    BIGINT = "bigint"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True)
class ListOf:
    """A list of one type."""

    item: "Type"


@dataclass(frozen=True)
class StructOf:
    """Named parts."""

    parts: tuple["Column", ...]


Type = Scalar | ListOf | StructOf


@dataclass(frozen=True)
class Column:
    """A column or a part of one; `path` leads to its value in the record."""

    name: str
    type: Type
    description: str
    nullable: bool
    path: tuple[str, ...]


_SCALARS: Final[dict[type[mi.Type], Scalar]] = {
    mi.StrType: Scalar.STRING,
    mi.EnumType: Scalar.STRING,
    mi.IntType: Scalar.BIGINT,
    mi.FloatType: Scalar.DOUBLE,
    mi.BoolType: Scalar.BOOLEAN,
    mi.DateTimeType: Scalar.TIMESTAMP,
}


def _type(info: mi.Type) -> tuple[Type, bool]:
    """Return the column type and whether it is nullable."""
    if isinstance(info, mi.Metadata):
        return _type(info.type)
    if isinstance(info, mi.UnionType):
        (member,) = [kind for kind in info.types if not isinstance(kind, mi.NoneType)]
        return _type(member)[0], True
    if isinstance(info, mi.ListType):
        return ListOf(_type(info.item_type)[0]), False
    if isinstance(info, mi.StructType):
        return StructOf(record_columns(info.cls)), False
    return _SCALARS[type(info)], False


def _description(info: mi.Type) -> str:
    """Return a field's description, and how long its text or list may be."""
    if not isinstance(info, mi.Metadata):
        return ""
    kinds = info.type.types if isinstance(info.type, mi.UnionType) else (info.type,)
    limits = (kind.max_length for kind in kinds if isinstance(kind, mi.StrType | mi.ListType) and kind.max_length)
    unit = "items" if isinstance(info.type, mi.ListType) else "characters"
    return " ".join(
        [str((info.extra_json_schema or {})["description"]), *(f"Up to {limit:,} {unit}." for limit in limits)]
    )


def record_columns(record: type[Struct], *, without: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return a column for each field of the record, in its order, nested records as structs."""
    info = mi.type_info(record)
    if not isinstance(info, mi.StructType):
        msg = f"{record}: expected a msgspec.Struct"
        raise TypeError(msg)
    columns = []
    for field in info.fields:
        if field.name not in without:
            kind, nullable = _type(field.type)
            columns.append(Column(field.name, kind, _description(field.type), nullable, (field.name,)))
    return tuple(columns)


# Prefixes of flattened columns where the record's own name is not used.
_FLAT_PREFIXES: Final = {"csd_subscores": "csd"}


def flattened(columns: Sequence[Column]) -> Iterator[Column]:
    """Yield the columns with nested records as scalar columns (`heuristic_form`, `csd_cr`); lists stay lists."""
    for column in columns:
        if not isinstance(column.type, StructOf):
            yield column
            continue
        prefix = _FLAT_PREFIXES.get(column.name, column.name)
        for part in column.type.parts:
            yield replace(
                part,
                name=f"{prefix}_{part.name.lower()}",
                nullable=part.nullable or column.nullable,
                path=(*column.path, *part.path),
            )


def violation_column(violation: Violation) -> str:
    """Return the name of the boolean column that says whether a turn has this violation."""
    return f"violation_{violation}"


_TURN: Final = record_columns(Turn)
DT_COLUMN: Final = Column("dt", Scalar.STRING, "Day of the run, YYYY-MM-DD, UTC.", nullable=False, path=())
LINEAGE_COLUMNS: Final = (
    Column("source_key", Scalar.STRING, "Key of the raw object.", nullable=False, path=()),
    Column("source_line", Scalar.BIGINT, "Line of the raw object, from 1.", nullable=False, path=()),
)
VIOLATION_COLUMNS: Final = tuple(
    Column(violation_column(kind), Scalar.BOOLEAN, f"Whether violations holds {kind}.", nullable=False, path=())
    for kind in Violation
)

TURNS: Final = record_columns(Turn, without=("model", "phase"))
SCORES: Final = record_columns(RunSummary)
CALIBRATION_RESULTS: Final = record_columns(CanaryResult)
CURATED_TURNS: Final = (*flattened(_TURN), *VIOLATION_COLUMNS, DT_COLUMN, *LINEAGE_COLUMNS)
CURATED_RUNS: Final = record_columns(CuratedRun)
WEEKLY_SUMMARY_FILE: Final = record_columns(WeeklySummary)
WEEKLY_SUMMARY: Final = record_columns(WeeklySummary, without=("week",))


def glue_type(kind: Type, *, json: bool) -> str:
    """Return the Glue type: names of parts in lower case, and times in JSON as strings, which its SerDe needs."""
    if isinstance(kind, ListOf):
        return f"array<{glue_type(kind.item, json=json)}>"
    if isinstance(kind, StructOf):
        parts = (f"{part.name.lower()}:{glue_type(part.type, json=json)}" for part in kind.parts)
        return f"struct<{','.join(parts)}>"
    # ISO 8601 text is no Hive timestamp: https://docs.aws.amazon.com/athena/latest/ug/data-types.html
    return Scalar.STRING.value if json and kind is Scalar.TIMESTAMP else kind.value


_T = TypeVar("_T")
_F = TypeVar("_F")


class ArrowTypes(Protocol[_T, _F]):
    """The part of the `pyarrow` module that builds types; passed in, since schemas do not import it."""

    def string(self) -> _T: ...  # noqa: D102
    def int64(self) -> _T: ...  # noqa: D102
    def float64(self) -> _T: ...  # noqa: D102
    def bool_(self) -> _T: ...  # noqa: D102
    def timestamp(self, unit: str, /, tz: str) -> _T: ...  # noqa: D102
    def list_(self, item: _T, /) -> _T: ...  # noqa: D102
    def struct(self, fields: list[_F], /) -> _T: ...  # noqa: D102
    def field(self, name: str, kind: _T, /, nullable: bool) -> _F: ...  # noqa: D102, FBT001


def arrow_type(kind: Type, arrow: ArrowTypes[_T, _F]) -> _T:
    """Return the Arrow type; times are microseconds in UTC."""
    if isinstance(kind, ListOf):
        return arrow.list_(arrow_type(kind.item, arrow))
    if isinstance(kind, StructOf):
        return arrow.struct(arrow_fields(kind.parts, arrow))
    scalars: dict[Scalar, Callable[[], _T]] = {
        Scalar.STRING: arrow.string,
        Scalar.BIGINT: arrow.int64,
        Scalar.DOUBLE: arrow.float64,
        Scalar.BOOLEAN: arrow.bool_,
        Scalar.TIMESTAMP: partial(arrow.timestamp, "us", tz="UTC"),
    }
    return scalars[kind]()


def arrow_fields(columns: Sequence[Column], arrow: ArrowTypes[_T, _F]) -> list[_F]:
    """Return the Arrow fields of the columns, for `pyarrow.schema`."""
    return [arrow.field(column.name, arrow_type(column.type, arrow), nullable=column.nullable) for column in columns]
