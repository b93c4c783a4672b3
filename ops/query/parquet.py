"""Columns of a Parquet file as Athena's reader has them: found by name, of the declared type or refused."""

from collections.abc import Mapping
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ops.query.failures import QueryError
from ops.query.hive import TIMESTAMP, Array, HiveType, Struct, arrow_type

_MICROSECONDS: Final = 1_000


def read_parquet(file: BinaryIO, columns: Mapping[str, HiveType], *, source: str) -> pa.Table:
    """Return the columns; one that the file lacks is NULL. Raise `QueryError` where one has another type."""
    try:
        found = pq.ParquetFile(file)
        present = {field.name.lower(): field for field in found.schema_arrow}
        table = found.read(columns=[present[name].name for name in columns if name in present])
    except pa.ArrowException as error:
        raise QueryError(f"HIVE_BAD_DATA: {source}: {str(error).splitlines()[0]}") from None
    read = {}
    for name, kind in columns.items():
        if name not in present:
            read[name] = pa.nulls(table.num_rows, arrow_type(kind))
            continue
        values = table.column(present[name].name)
        if not _same(values.type, kind):
            told = f"type {values.type} in the file is incompatible with {kind}"
            raise QueryError(f"HIVE_BAD_DATA: {source}: column {name}: {told}")
        read[name] = _milliseconds(values) if kind == TIMESTAMP else values.cast(arrow_type(kind))
    # The first column counts the rows where the query reads none.
    return pa.table({"": pa.nulls(table.num_rows), **read})


def _same(found: pa.DataType, kind: HiveType) -> bool:
    """Return whether the file's type is the declared one, whatever it says of NULLs and zones."""
    if isinstance(kind, Array):
        return pa.types.is_list(found) and _same(found.value_type, kind.item)
    if isinstance(kind, Struct):
        names = [field.name.lower() for field in found] if pa.types.is_struct(found) else []
        same = names == [name for name, _ in kind.parts]
        return same and all(_same(field.type, part) for field, (_, part) in zip(found, kind.parts, strict=True))
    if kind == TIMESTAMP:
        return pa.types.is_timestamp(found) and found.unit in {"ms", "us"}
    return bool(found.equals(arrow_type(kind)))


def _milliseconds(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Round to the milliseconds of Athena's timestamps, halves up as Trino's Parquet reader does, without a zone."""
    micros = values.cast(pa.timestamp("us", values.type.tz)).cast(pa.int64())
    # Arrow's division truncates towards zero, so times before 1970 are left to the remainder.
    remainder = pc.subtract(micros, pc.multiply(pc.divide(micros, _MICROSECONDS), _MICROSECONDS))
    remainder = pc.if_else(pc.less(remainder, 0), pc.add(remainder, _MICROSECONDS), remainder)
    down = pc.subtract(micros, remainder)
    half = _MICROSECONDS // 2
    rounded = pc.if_else(pc.greater_equal(remainder, half), pc.add(down, _MICROSECONDS), down)
    return rounded.cast(pa.timestamp("us"))
