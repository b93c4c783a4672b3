"""Compares the rows of our turns with another engine's, whose records are nested: `compare OURS THEIRS`.

Doubles are compared to nine places, since pandas changes the last bit of many.
"""

import json
import sys

import duckdb

from schemas.catalog.columns import CURATED_TURNS, Column, ListOf, Scalar, StructOf, Type

_CASTS = {
    Scalar.STRING: "CAST({} AS VARCHAR)",
    Scalar.BIGINT: "CAST({} AS BIGINT)",
    Scalar.DOUBLE: "round(CAST({} AS DOUBLE), 9)",
    Scalar.BOOLEAN: "CAST({} AS BOOLEAN)",
    Scalar.TIMESTAMP: "epoch_us(CAST({} AS TIMESTAMPTZ))",
}


def value(expression: str, kind: Type) -> str:
    """Return the SQL of a value in a form in which equal ones are the same."""
    if isinstance(kind, ListOf):
        return f"list_transform({expression}, lambda x: {value('x', kind.item)})"
    if isinstance(kind, StructOf):
        parts = (f"{part.name} := {value(f'{expression}.{part.name}', part.type)}" for part in kind.parts)
        return f"struct_pack({', '.join(parts)})"
    return _CASTS[kind].format(expression)


def rows(file: str, columns: list[Column], *, nested: bool) -> str:
    """Return the SQL of a file's rows."""
    names = (".".join(f'"{part}"' for part in column.path) if nested else column.name for column in columns)
    listed = (f"{value(name, column.type)} AS {column.name}" for name, column in zip(names, columns, strict=True))
    return f"SELECT {', '.join(listed)} FROM read_parquet('{file}')"  # noqa: S608 - columns of the schema


def main(ours: str, theirs: str) -> None:
    """Print how many rows there are, and how many of either side the other lacks."""
    columns = [column for column in CURATED_TURNS if column.path]
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    left, right = rows(ours, columns, nested=False), rows(theirs, columns, nested=True)
    found = connection.execute(
        f"WITH l AS ({left}), r AS ({right}) "  # noqa: S608 - see above
        "SELECT (SELECT count(*) FROM l), (SELECT count(*) FROM (FROM l EXCEPT ALL FROM r)), "
        "(SELECT count(*) FROM (FROM r EXCEPT ALL FROM l))"
    ).fetchone()
    print(json.dumps(dict(zip(("rows", "only_ours", "only_theirs"), found or (), strict=True))))  # noqa: T201 - the result


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
