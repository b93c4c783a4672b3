r"""Rows of JSON lines as the OpenX SerDe reads them.

Athena's own SerDe is closed. What its ancestor (https://github.com/rcongiu/Hive-JSON-Serde) and Trino's
reimplementation (trino-hive-formats, line/openxjson) agree on is taken for it; what they differ in is refused:

- a line ends with \n, \r or both; a BOM is skipped; bytes that are no UTF-8 become U+FFFD
- a line that is no object or array is a row of NULLs, and what follows the closing brace is ignored
- names match in any case; an array stands for the columns in their order
- a number may be quoted; one value stands for an array of it; an empty text is no array
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ops.query.failures import QueryError
from ops.query.hive import HiveType
from ops.query.openx_values import BLANK, Converter, InvalidError, UnclearError, converter

_BOM: Final = b"\xef\xbb\xbf"


class JsonRows:
    """Reads some columns of a table's objects."""

    def __init__(
        self,
        columns: Mapping[str, HiveType],
        wanted: Sequence[str],
        *,
        malformed_is_null: bool,
        invalid_is_null: bool,
    ) -> None:
        """Take all columns of the table in their order, those to read, and what bad lines and values are."""
        order = [*columns]
        self._wanted = [(name, order.index(name), converter(columns[name])) for name in wanted]
        self._malformed_is_null = malformed_is_null
        self._invalid_is_null = invalid_is_null
        self._nulls = (None,) * len(wanted)

    def read(self, body: bytes, *, source: str) -> Iterator[tuple[object, ...]]:
        """Yield a row for each line; `source` names the object in errors.

        Raises `QueryError` for a bad line or value that fails the query in Athena, or that Athena may read otherwise.
        """
        for number, line in enumerate(body.removeprefix(_BOM).splitlines(), start=1):
            try:
                yield self._row(line)
            except InvalidError as error:
                raise QueryError(f"HIVE_BAD_DATA: {source} line {number}: {error}") from None
            except UnclearError as error:
                told = f"{source} line {number}: {error}: not known what Athena reads there"
                raise QueryError(f"{told}; run it without --local") from None

    def _row(self, line: bytes) -> tuple[object, ...]:
        text = line.decode(errors="replace").strip(BLANK)
        if not text.startswith(("{", "[")):
            return self._nulls
        try:
            found, _ = _decode(text)
        except (json.JSONDecodeError, RecursionError) as error:
            if not _certainly_malformed(text, error):
                raise UnclearError(f"malformed JSON ({error})") from None
            if not self._malformed_is_null:
                raise InvalidError(f"malformed JSON ({error})") from None
            return self._nulls
        if isinstance(found, list):
            return tuple(
                self._value(name, convert, found[at] if at < len(found) else None)
                for name, at, convert in self._wanted
            )
        return tuple(self._value(name, convert, found.get(name)) for name, _, convert in self._wanted)

    def _value(self, name: str, convert: Converter, value: object) -> object:
        if value is None:
            return None
        try:
            return convert(value)
        except InvalidError as error:
            if self._invalid_is_null:
                return None
            raise InvalidError(f"column {name}: {error}") from None
        except UnclearError as error:
            raise UnclearError(f"column {name}: {error}") from None


def _members(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    members = {name.lower(): value for name, value in pairs}
    if len(members) < len(pairs):
        # One implementation fails, the other takes the last.
        raise UnclearError("a name that occurs twice")
    return members


def _literal(text: str) -> object:
    raise UnclearError(f"literal {text}")


_decode: Final = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_literal, strict=False).raw_decode


def _certainly_malformed(text: str, error: Exception) -> bool:
    """Return whether the SerDe's parser, which takes more than JSON, cannot read the line either.

    Up to the error both have read the same. It cannot close an object whose closing brace is missing, and reads
    double-quoted text as JSON does.
    """
    if not isinstance(error, json.JSONDecodeError):
        return False
    closing = "}" if text.startswith("{") else "]"
    return error.msg.startswith("Unterminated string") or closing not in text[error.pos :]
