"""The types of Glue columns, parsed, and what they are for Trino and for Arrow."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from ops.query.failures import refused

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Primitive:
    """A type without parts, by its Glue name."""

    name: str


@dataclass(frozen=True)
class Array:
    """A list of one type."""

    item: "HiveType"


@dataclass(frozen=True)
class Struct:
    """Named parts, their names in lower case."""

    parts: tuple[tuple[str, "HiveType"], ...]


HiveType = Primitive | Array | Struct

STRING: Final = Primitive("string")
BIGINT: Final = Primitive("bigint")
INT: Final = Primitive("int")
DOUBLE: Final = Primitive("double")
BOOLEAN: Final = Primitive("boolean")
DATE: Final = Primitive("date")
TIMESTAMP: Final = Primitive("timestamp")

# What Athena calls each type, and how Arrow holds it.
_TRINO: Final = {
    STRING: "VARCHAR",
    BIGINT: "BIGINT",
    INT: "INTEGER",
    DOUBLE: "DOUBLE",
    BOOLEAN: "BOOLEAN",
    DATE: "DATE",
    TIMESTAMP: "TIMESTAMP",
}
_ARROW: "Final[Mapping[Primitive, pa.DataType]]" = {
    STRING: pa.string(),
    BIGINT: pa.int64(),
    INT: pa.int32(),
    DOUBLE: pa.float64(),
    BOOLEAN: pa.bool_(),
    DATE: pa.date32(),
    TIMESTAMP: pa.timestamp("us"),
}
_TOKEN: Final = re.compile(r"\s*([A-Za-z0-9_.$-]+|[<>:,])")


def parse_type(text: str) -> HiveType:
    """Return the type that a Glue column declares; raise `QueryError` for one that is not read locally."""
    tokens = [match[1].lower() for match in _TOKEN.finditer(text)]
    if "".join(tokens) != re.sub(r"\s", "", text).lower():
        raise refused(f"column type {text!r}")
    reader = iter([*tokens, ""])
    try:
        kind = _read(reader, next(reader))
        if next(reader) == "":
            return kind
    except (KeyError, StopIteration):
        pass
    raise refused(f"column type {text!r}")


def _read(tokens: Iterator[str], first: str) -> HiveType:
    """Read one type; raise `KeyError` for an unknown one and where a sign is missing."""
    if first == "array":
        _expect(tokens, "<")
        kind: HiveType = Array(_read(tokens, next(tokens)))
        _expect(tokens, ">")
        return kind
    if first == "struct":
        return _struct(tokens)
    kind = Primitive({"integer": "int"}.get(first, first))
    _ = _TRINO[kind]
    return kind


def _struct(tokens: Iterator[str]) -> Struct:
    _expect(tokens, "<")
    parts = []
    sign = ","
    while sign == ",":
        name = next(tokens)
        _expect(tokens, ":")
        parts.append((name, _read(tokens, next(tokens))))
        sign = next(tokens)
    if sign != ">":
        raise KeyError(sign)
    return Struct(tuple(parts))


def _expect(tokens: Iterator[str], sign: str) -> None:
    if (found := next(tokens)) != sign:
        raise KeyError(found)


def trino_type(kind: HiveType) -> str:
    """Return the type as Athena's SQL has it."""
    if isinstance(kind, Array):
        return f"ARRAY({trino_type(kind.item)})"
    if isinstance(kind, Struct):
        return f"ROW({', '.join(f'{name} {trino_type(part)}' for name, part in kind.parts)})"
    return _TRINO[kind]


def arrow_type(kind: HiveType) -> pa.DataType:
    """Return the type that holds the column's values for DuckDB."""
    if isinstance(kind, Array):
        return pa.list_(arrow_type(kind.item))
    if isinstance(kind, Struct):
        return pa.struct([pa.field(name, arrow_type(part)) for name, part in kind.parts])
    return _ARROW[kind]
