r"""Rows of JSON lines as the OpenX SerDe reads them.

Athena's own SerDe is closed, and the two open ones (https://github.com/rcongiu/Hive-JSON-Serde, and the one in Trino)
differ in places. A value of its column's own type is read, and so is what a line that was cut off or a word in the
place of a number certainly is: NULL. Anything else is declined, since it is not known what Athena reads there.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sqlglot import exp

from ops.query.failures import QueryError

_BOM: Final = b"\xef\xbb\xbf"
# What Java's String.trim removes.
_BLANK: Final = "".join(map(chr, range(0x21)))
# Text that one of the SerDes may take for a number.
_MAYBE_NUMBER: Final = re.compile(r"\s*([+-]?([0-9]|\.[0-9]|nan|inf)|$)", re.IGNORECASE)
_BITS: Final = {exp.DType.INT: 32, exp.DType.BIGINT: 64}
_SHOWN: Final = 40


class _UnclearError(ValueError):
    """A line or value on which the SerDe's implementations may differ."""


class _InvalidError(ValueError):
    """A line or value that certainly cannot be read."""


class JsonRows:
    """Reads columns of a table's objects."""

    def __init__(
        self, columns: Mapping[str, exp.DataType], *, malformed_is_null: bool, invalid_is_null: bool
    ) -> None:
        """Take the columns to read, and whether bad lines and values are NULL or fail the query."""
        self._columns = columns
        self._malformed_is_null = malformed_is_null
        self._invalid_is_null = invalid_is_null

    def read(self, body: bytes, *, source: str) -> Iterator[tuple[object, ...]]:
        """Yield a row for each line; `source` names the object in errors.

        Raises `QueryError` for a bad line or value that fails the query in Athena, or that Athena may read otherwise.
        """
        for number, line in enumerate(body.removeprefix(_BOM).splitlines(), start=1):
            try:
                found = self._object(line)
                yield tuple(self._value(name, kind, found.get(name)) for name, kind in self._columns.items())
            except _InvalidError as error:
                raise QueryError(f"HIVE_BAD_DATA: {source} line {number}: {error}") from None
            except _UnclearError as error:
                where = f"{source} line {number}: {error}"
                raise QueryError(f"{where}: not known what Athena reads there; run it without --local") from None

    def _object(self, line: bytes) -> Mapping[str, object]:
        text = line.decode(errors="replace").strip(_BLANK)
        if text.startswith("["):
            raise _UnclearError("an array")
        if not text.startswith("{"):
            return {}
        found: Mapping[str, object]
        try:
            # What follows the closing brace is ignored.
            found, _ = _decode(text)
        except (json.JSONDecodeError, RecursionError) as error:
            if not _is_cut_off(text, error):
                raise _UnclearError(f"malformed JSON ({error})") from None
            if not self._malformed_is_null:
                raise _InvalidError(f"malformed JSON ({error})") from None
            return {}
        return found

    def _value(self, name: str, kind: exp.DataType, value: object) -> object:
        try:
            return _read(kind, value)
        except _InvalidError as error:
            if self._invalid_is_null:
                return None
            raise _InvalidError(f"column {name}: {error}") from None
        except _UnclearError as error:
            raise _UnclearError(f"column {name}: {error}") from None


def _read(kind: exp.DataType, value: object) -> object:  # noqa: PLR0911 (a table by type)
    match kind.this, value:
        case _, None:
            return None
        case exp.DType.TEXT, str() if value.isascii() or not any("\ud800" <= it <= "\udfff" for it in value):
            return value
        case (exp.DType.BOOLEAN, bool()):
            return value
        case exp.DType.DOUBLE, int() | float() if not isinstance(value, bool):
            return float(value)
        case (exp.DType.INT | exp.DType.BIGINT) as whole, int() if not isinstance(value, bool) and _fits(
            whole, value
        ):
            return value
        case ((exp.DType.DOUBLE | exp.DType.INT | exp.DType.BIGINT), str()) if not _MAYBE_NUMBER.match(value):
            raise _InvalidError(f"{_shown(value)} is no number")
        case exp.DType.ARRAY, list():
            return [_nested(kind.expressions[0], item) for item in value]
        case exp.DType.STRUCT, dict():
            return {part.name: _nested(part.kind, value.get(part.name)) for part in kind.expressions}
    raise _UnclearError(f"{_shown(value)} as {kind.sql('duckdb')}")


def _fits(kind: exp.DType, value: int) -> bool:
    limit = 1 << (_BITS[kind] - 1)
    return -limit <= value < limit


def _nested(kind: exp.DataType, value: object) -> object:
    """Read a part of a value: what a bad one makes of the whole is not known."""
    try:
        return _read(kind, value)
    except _InvalidError as error:
        raise _UnclearError(str(error)) from None


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _members(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    members = {name.lower(): value for name, value in pairs}
    if len(members) < len(pairs):
        # One implementation fails, the other takes the last.
        raise _UnclearError("a name that occurs twice")
    return members


def _literal(text: str) -> object:
    raise _UnclearError(f"literal {text}")


_decode: Final = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_literal, strict=False).raw_decode


def _is_cut_off(text: str, error: Exception) -> bool:
    """Return whether the line ends within an object, which no parser can close, whatever it takes beside JSON."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.msg.startswith("Unterminated string") or "}" not in text[error.pos :]
