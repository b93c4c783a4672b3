"""Validated turns as Arrow record batches of the curated schema, column by column."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Final, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import astuple

from schemas.catalog.columns import (
    CURATED_TURNS,
    Column,
    ListOf,
    StructOf,
    Type,
    arrow_fields,
    record_columns,
)
from schemas.models import Turn, Violation

SCHEMA: Final = pa.schema(arrow_fields(CURATED_TURNS, pa))
# Arrow's own allocator gives memory back and asks for it again so often that the kernel is kept busy clearing pages.
POOL: Final = pa.system_memory_pool()
_RECORD: Final = record_columns(Turn)


class Rows(NamedTuple):
    """Turns of one object that follow each other in the output, and where they came from.

    `size` is the bytes that they took where they were read from, as a measure of what they take here.
    """

    turns: Sequence[Turn]
    dt: str
    source_key: str
    source_lines: Sequence[int]
    size: int


def turns_table(rows: Sequence[Rows]) -> pa.RecordBatch:
    """Return the turns, flattened, with their lineage, in their order; there must be one."""
    turns = [*chain.from_iterable(each.turns for each in rows)]
    kinds = iter(SCHEMA.types)
    arrays: list[pa.Array] = []
    for column, values in zip(_RECORD, _by_column(turns), strict=True):
        if isinstance(column.type, StructOf):
            parts = _parts(cast("Sequence[Struct | None]", values), column.type.parts)
            arrays += [_array(part, next(kinds), of.type) for of, part in zip(column.type.parts, parts, strict=True)]
        else:
            arrays.append(_array(values, next(kinds), column.type))
    found = [{*turn.violations} for turn in turns]
    arrays += [pa.array([violation in each for each in found], pa.bool_()) for violation in Violation]
    arrays += _lineage(rows)
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _by_column(records: Iterable[Struct]) -> Iterator[Sequence[object]]:
    """Return the values of each column; there must be a record."""
    return zip(*map(astuple, records), strict=True)


def _parts(records: Iterable[Struct | None], columns: Sequence[Column]) -> Iterator[Sequence[object]]:
    """Return the values of each part, null where the record is."""
    absent = (None,) * len(columns)
    return zip(*[absent if record is None else astuple(record) for record in records], strict=True)


def _array(values: Sequence[object], kind: pa.DataType, of: Type) -> pa.Array:
    if not (isinstance(of, ListOf) and isinstance(of.item, StructOf)):
        return pa.array(values, kind, memory_pool=POOL)
    lists = cast("Sequence[Sequence[Struct]]", values)
    offsets = pa.array(accumulate(map(len, lists), initial=0), pa.int32())
    records = [*chain.from_iterable(lists)]
    columns, item = of.item.parts, kind.value_type
    found = _by_column(records) if records else iter([()] * len(columns))
    parts = [_array(part, field.type, column.type) for part, field, column in zip(found, item, columns, strict=True)]
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(parts, fields=list(item)), type=kind)


def _lineage(rows: Sequence[Rows]) -> Iterator[pa.Array]:
    ends = pa.array(accumulate(len(each.source_lines) for each in rows), pa.int64())
    for values in ([each.dt for each in rows], [each.source_key for each in rows]):
        yield pc.run_end_decode(pa.RunEndEncodedArray.from_arrays(ends, pa.array(values)))
    yield pa.array(chain.from_iterable(each.source_lines for each in rows), pa.int64())
