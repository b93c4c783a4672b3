"""A week's raw JSON to one sorted Parquet file, as one writes it with Polars: `curate_polars GLOB OUT`."""

import sys

import polars as pl

from schemas.catalog.columns import ListOf, Scalar, StructOf, Type, record_columns
from schemas.models import Turn

_SCALARS = {
    Scalar.STRING: pl.String(),
    Scalar.BIGINT: pl.Int64(),
    Scalar.DOUBLE: pl.Float64(),
    Scalar.BOOLEAN: pl.Boolean(),
    # its JSON reader takes times as text
    Scalar.TIMESTAMP: pl.String(),
}


def polars_type(kind: Type) -> pl.DataType:
    """Return Polars' type."""
    if isinstance(kind, ListOf):
        return pl.List(polars_type(kind.item))
    if isinstance(kind, StructOf):
        return pl.Struct({part.name: polars_type(part.type) for part in kind.parts})
    return _SCALARS[kind]


def main(glob: str, out: str) -> None:
    """Convert."""
    schema = {column.name: polars_type(column.type) for column in record_columns(Turn)}
    (
        pl.scan_ndjson(glob, schema=schema)
        .with_columns(pl.col("timestamp").str.to_datetime(time_unit="us", time_zone="UTC"))
        .sort("model", "phase", "run_id", "turn")
        .sink_parquet(out, compression="zstd")
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
