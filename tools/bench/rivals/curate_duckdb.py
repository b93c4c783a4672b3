"""A week's raw JSON to one sorted Parquet file, as one writes it with DuckDB: `curate_duckdb GLOB OUT`."""

import sys

import duckdb

from schemas.catalog.columns import ListOf, Scalar, StructOf, Type, record_columns
from schemas.models import Turn

_SCALARS = {
    Scalar.STRING: "VARCHAR",
    Scalar.BIGINT: "BIGINT",
    Scalar.DOUBLE: "DOUBLE",
    Scalar.BOOLEAN: "BOOLEAN",
    Scalar.TIMESTAMP: "TIMESTAMPTZ",
}


def duckdb_type(kind: Type) -> str:
    """Return DuckDB's name of a type."""
    if isinstance(kind, ListOf):
        return f"{duckdb_type(kind.item)}[]"
    if isinstance(kind, StructOf):
        return f"STRUCT({', '.join(f'{part.name} {duckdb_type(part.type)}' for part in kind.parts)})"
    return _SCALARS[kind]


def main(glob: str, out: str) -> None:
    """Convert; paths must not override what the rows say of model and phase."""
    columns = ", ".join(f"{column.name}: '{duckdb_type(column.type)}'" for column in record_columns(Turn))
    duckdb.execute("SET TimeZone = 'UTC'")
    duckdb.execute(f"""
        COPY (
          SELECT *
          FROM read_json('{glob}', format='newline_delimited', columns={{{columns}}}, hive_partitioning=false)
          ORDER BY model, phase, run_id, turn
        ) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
    """)  # noqa: S608 - paths of the benchmark's own


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
