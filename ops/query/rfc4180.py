"""Answers as CSV by RFC 4180, https://www.rfc-editor.org/rfc/rfc4180: the same bytes on every Python. Pure.

What stands in a cell may come from a model, and a spreadsheet runs text that begins like a formula. A quote mark
before it makes it text: https://owasp.org/www-community/attacks/CSV_Injection
"""

import math
import re
from collections.abc import Iterable
from typing import Final

from ops.query.result import Answer, Value, java_double

_QUOTED: Final = re.compile(r'[\r\n",]')
# The wide forms are those of East Asian keyboards.
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - see above
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def csv_bytes(answer: Answer, *, raw: bool) -> bytes:
    """Return the columns and rows in UTF-8; NULL is empty, and empty text `""`. `raw` leaves formulas as they are."""
    text = "".join(_line(row, raw=raw) for row in (answer.columns, *answer.rows))
    # Half of a surrogate pair, which JSON can hold and UTF-8 cannot, becomes its escape.
    return text.encode(errors="backslashreplace")


def _line(row: Iterable[Value], *, raw: bool) -> str:
    return ",".join(_cell(value, raw=raw) for value in row) + "\r\n"


def _cell(value: Value, *, raw: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(value) if math.isfinite(value) else java_double(value)
    if isinstance(value, int):
        return str(value)
    text = value if raw or not _is_formula(value) else f"'{value}"
    if text and not _QUOTED.search(text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _is_formula(text: str) -> bool:
    return _FORMULA.match(text) is not None and not _NUMBER.fullmatch(text)
