"""Columns of a Parquet file as Athena's reader has them: found by name, of the declared type or refused."""

from collections.abc import Collection, Mapping

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlglot import exp

from ops.query.failures import QueryError
from ops.query.types import arrow_type


def read_parquet(
    body: bytes, columns: Mapping[str, exp.DataType], wanted: Collection[str], *, source: str
) -> pa.Table:
    """Return the columns; one that is not wanted, or that the file lacks, is NULL.

    Raises `QueryError` where one has another type than the table declares.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(body))
        present = {field.name.lower(): field.name for field in file.schema_arrow if field.name.lower() in wanted}
        read = file.read(columns=[*present.values()])
    except pa.ArrowException as error:
        raise QueryError(f"HIVE_BAD_DATA: {source}: {str(error).splitlines()[0]}") from None
    rows = file.metadata.num_rows
    return pa.table(
        {
            name: _column(read.column(present[name]), name, kind, source)
            if name in present
            else pa.nulls(rows, arrow_type(kind))
            for name, kind in columns.items()
        }
    )


def _column(values: pa.ChunkedArray, name: str, kind: exp.DataType, source: str) -> pa.ChunkedArray:
    wanted = arrow_type(kind)
    if pa.types.is_timestamp(values.type) and pa.types.is_timestamp(wanted):
        # Athena's timestamps have milliseconds and no zone; Trino's reader rounds halves up.
        values = pc.round_temporal(values, unit="millisecond").cast(wanted)
    if values.type != wanted:
        problem = f"type {values.type} in the file is incompatible with {kind.sql('duckdb')}"
        raise QueryError(f"HIVE_BAD_DATA: {source}: column {name}: {problem}")
    return values
