"""Values of JSON as the OpenX SerDe fits them into columns; see `openx` for what is taken for it."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from ops.query import hive
from ops.query.failures import QueryError
from ops.query.hive import Array, HiveType, Struct

Converter = Callable[[object], object]

# What Java's String.trim removes.
BLANK: Final = "".join(map(chr, range(0x21)))
_DOUBLE: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WHOLE: Final = re.compile(r"[+-]?(0|[1-9][0-9]{0,19})")
# Java reads more spellings of a number than those above, and the two SerDes not the same ones.
_MAYBE_NUMBER: Final = re.compile(r"\s*[+-]?([0-9]|\.[0-9]|nan|inf)", re.IGNORECASE)


class UnclearError(ValueError):
    """A line or value on which the SerDe's implementations differ."""


class InvalidError(ValueError):
    """A value that does not fit its column."""


def converter(kind: HiveType) -> Converter:
    """Return what reads a value that is not null; it raises `InvalidError` or `UnclearError`."""
    if isinstance(kind, Array):
        return _array(converter(kind.item))
    if isinstance(kind, Struct):
        return _struct({name: converter(part) for name, part in kind.parts})
    readers: Mapping[HiveType, Converter] = {
        hive.STRING: _string,
        hive.BIGINT: _whole(64),
        hive.INT: _whole(32),
        hive.DOUBLE: _double,
        hive.BOOLEAN: _boolean,
    }
    if kind not in readers:
        raise QueryError(f"column type {kind}: not read from JSON locally; run it without --local")
    return readers[kind]


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}..."  # noqa: PLR2004 (a glance)


def _string(value: object) -> object:
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise UnclearError("half of a surrogate pair")
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    raise UnclearError(f"{_shown(value)} as text")


def _double(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        if _DOUBLE.fullmatch(value):
            return float(value)
        if _MAYBE_NUMBER.match(value):
            raise UnclearError(f"{_shown(value)} as double")
    raise InvalidError(f"{_shown(value)} is no double")


def _whole(bits: int) -> Converter:
    limit = 1 << (bits - 1)

    def read(value: object) -> object:
        number = value
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            number = int(value)
        if isinstance(number, int) and not isinstance(number, bool) and -limit <= number < limit:
            return number
        text = isinstance(value, str) and _MAYBE_NUMBER.match(value)
        if text or (isinstance(number, int | float) and not isinstance(number, bool)):
            # One implementation takes 3.0, the other fails; neither rounds as DuckDB would.
            raise UnclearError(f"{_shown(value)} as whole number")
        raise InvalidError(f"{_shown(value)} is no whole number")

    return read


def _boolean(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.lower() == "true"
    raise UnclearError(f"{_shown(value)} as boolean")


def _array(item: Converter) -> Converter:
    def read(value: object) -> object:
        if value == "":
            return None
        values = value if isinstance(value, list) else [value]
        return [None if found is None else item(found) for found in values]

    return read


def _struct(parts: Mapping[str, Converter]) -> Converter:
    def read(value: object) -> object:
        if isinstance(value, dict):
            return {name: None if (found := value.get(name)) is None else part(found) for name, part in parts.items()}
        if isinstance(value, list) or (isinstance(value, str) and not value.strip(BLANK)):
            raise UnclearError(f"{_shown(value)} as struct")
        raise InvalidError(f"{_shown(value)} is no struct")

    return read
