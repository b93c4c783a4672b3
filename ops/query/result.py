"""Answers: their columns and rows, with values as Athena's results have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ops.query.failures import refused
from schemas.prices import ATHENA_LEAST_GB, ATHENA_SCAN

Value = str | int | float | bool | None

# Java prints a double outside of these bounds with an exponent.
_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A query's rows. Numbers and booleans are Python's; dates, times, arrays and structs are Athena's texts."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]
    seconds: float
    bytes_read: int
    """Bytes that Athena scanned; locally, the whole of the objects that were fetched."""
    notes: Sequence[str] = ()
    """What the reader of the rows has to know."""

    @property
    def dollars(self) -> float:
        """What Athena charges for as many bytes."""
        return ATHENA_SCAN.of(max(self.bytes_read / 1e9, ATHENA_LEAST_GB))


def as_athena(value: object) -> Value:
    """Return a value as it stands in Athena's results; raise `QueryError` for one of another type."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return _text(value)


def _text(value: object) -> str:  # noqa: PLR0911 (a table by type)
    if isinstance(value, datetime):
        text = value.replace(tzinfo=None).isoformat(" ", "milliseconds")
        return f"{text} UTC" if value.tzinfo else text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}={_text(part)}' for name, part in value.items())}}}"
    if isinstance(value, float):
        return java_double(value)
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, str | int):
        return str(value)
    raise refused(f"a result of type {type(value).__name__}")


def java_double(value: float) -> str:
    """Return what Java's `Double.toString` does: an exponent only for the small and the large."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 (NaN alone differs from itself)
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if value == 0 or _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        return str(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    places = len(digits) - 1 + int(exponent)
    fraction = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{fraction}E{places}"
