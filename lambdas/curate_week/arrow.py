"""Lines that passed the guard to Arrow tables of the curated schema."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Final, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from lambdas.curate_week.guard import canonical
from schemas.catalog.columns import CURATED_TURNS, arrow_fields, record_columns
from schemas.models import Turn, Violation

SCHEMA: Final = pa.schema(arrow_fields(CURATED_TURNS, pa))
# Arrow's own allocator gives memory back and asks for it again so often that the kernel is kept busy clearing pages.
POOL: Final = pa.system_memory_pool()
_decode: Final = msgspec.json.Decoder(Turn).decode


class Rows(NamedTuple):
    """Lines of one object that are kept and follow each other, each with its line feed, and where they came from."""

    content: bytes
    dt: str
    source_key: str
    source_lines: Sequence[int]


class ReaderError(RuntimeError):
    """Rows that are not what the lines say: a defect, and nothing may be published."""


def _with_nulls(field: pa.Field) -> pa.Field:
    """Return the field as lines have it: whatever has a default may be absent."""
    kind = field.type
    if pa.types.is_list(kind):
        kind = pa.list_(_with_nulls(kind.value_field))
    if pa.types.is_struct(kind):
        kind = pa.struct([_with_nulls(part) for part in kind])
    return pa.field(field.name, kind)


_RECORD: Final = pa.schema([_with_nulls(field) for field in arrow_fields(record_columns(Turn), pa)])
_DEFAULTS: Final = {
    field.name: field.default
    for field in msgspec.structs.fields(Turn)
    if field.default is not msgspec.NODEFAULT and field.default is not None
}


def read_records(rows: Sequence[Rows]) -> pa.RecordBatch:
    """Return the records of the rows, nested as they are; there must be one.

    Where the reader refuses what validation accepted (a key that is given twice, a time in nanoseconds), all of them
    are read from the validated records, encoded anew.
    """
    content, count = b"".join(each.content for each in rows), sum(len(each.source_lines) for each in rows)
    try:
        return _read(content, count)
    except (pa.ArrowInvalid, ReaderError):
        lines = content.removesuffix(b"\n").split(b"\n")
        return _read(b"\n".join(canonical(_decode(line)) for line in lines), count)


def _read(content: bytes, count: int) -> pa.RecordBatch:
    table = read_json(content)
    table.validate(full=True)
    if table.num_rows != count:
        raise ReaderError(f"{count} lines were read as {table.num_rows} rows")
    (records,) = table.to_batches()
    return records


def read_json(content: bytes) -> pa.Table:
    """Return the records that the JSON reader finds in lines; it may overlook what is no record."""
    return pj.read_json(
        pa.BufferReader(content),
        # one block for all, since a line must not span two
        read_options=pj.ReadOptions(use_threads=False, block_size=len(content) + 1),
        parse_options=pj.ParseOptions(explicit_schema=_RECORD, unexpected_field_behavior="error"),
        memory_pool=POOL,
    )


def turns_table(records: pa.RecordBatch, rows: Sequence[Rows]) -> pa.RecordBatch:
    """Return the records, flattened, with their lineage, in their order."""
    arrays = list(_flattened(records))
    arrays += _violations(records["violations"])
    arrays += _lineage(rows)
    typed = [_typed(array, field) for array, field in zip(arrays, SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(typed, schema=SCHEMA)


def _flattened(records: pa.RecordBatch) -> Iterator[pa.Array]:
    for name, array in zip(records.schema.names, records.columns, strict=True):
        if isinstance(array, pa.StructArray):
            absent = array.is_null()
            for part in array.flatten():
                yield _present_lists(part, absent) if pa.types.is_list(part.type) else part
        elif name in _DEFAULTS:
            yield array.fill_null(_DEFAULTS[name])
        else:
            yield array


def _present_lists(lists: pa.ListArray, absent: pa.BooleanArray) -> pa.ListArray:
    """Return the lists, null where their record is absent and empty where only they are."""
    return pa.ListArray.from_arrays(lists.offsets, lists.values, mask=absent)


def _typed(array: pa.Array, field: pa.Field) -> pa.Array:
    """Return the array with the field's type, which differs in what may be null; an absent list is empty."""
    if isinstance(array, pa.StructArray):
        parts = [_typed(part, wanted) for part, wanted in zip(array.flatten(), field.type, strict=True)]
        return pa.StructArray.from_arrays(parts, fields=list(field.type))
    if isinstance(array, pa.ListArray):
        values = _typed(array.values, field.type.value_field)
        return pa.ListArray.from_arrays(
            array.offsets, values, type=field.type, mask=array.is_null() if field.nullable else None
        )
    return array


def _violations(lists: pa.ListArray) -> Iterable[pa.BooleanArray]:
    """Yield for each violation whether a row's list holds it."""
    rows, owners, found = pa.arange(0, len(lists)), lists.value_parent_indices(), lists.flatten()
    for violation in Violation:
        owning = owners.filter(pc.equal(found, violation.value))
        yield pc.is_in(rows, value_set=owning.cast(pa.int64()))


def _lineage(rows: Sequence[Rows]) -> Iterator[pa.Array]:
    ends = pa.array(accumulate(len(each.source_lines) for each in rows), pa.int64())
    for values in ([each.dt for each in rows], [each.source_key for each in rows]):
        yield pc.run_end_decode(pa.RunEndEncodedArray.from_arrays(ends, pa.array(values)))
    yield pa.array(chain.from_iterable(each.source_lines for each in rows), pa.int64())
