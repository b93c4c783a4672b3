"""Which values of a partition key Athena projects: only these exist, whatever lies in the bucket.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from ops.query.failures import refused

_NOW: Final = re.compile(r"NOW(?:([+-])(\d+)(DAYS|WEEKS))?")
_DATE_FORMAT: Final = "yyyy-MM-dd"


def projected_values(key: str, parameters: Mapping[str, str], *, now: datetime) -> tuple[str, ...]:
    """Return a key's values as the keys of objects spell them; raise `QueryError` for what is not read locally.

    `parameters` are those of the table, `now` is in UTC.
    """
    prefix = f"projection.{key}."
    given = {name.removeprefix(prefix): value for name, value in parameters.items() if name.startswith(prefix)}
    kind = given.pop("type", "none")
    if kind == "enum" and given.keys() == {"values"}:
        return tuple(value.strip() for value in given["values"].split(","))
    if kind == "date":
        return tuple(map(str, _days(key, given, now)))
    raise refused(f"projection of {key} as {kind} with {', '.join(sorted(given)) or 'nothing'}")


def _days(key: str, given: Mapping[str, str], now: datetime) -> Sequence[date]:
    fixed = {"format": _DATE_FORMAT, "interval": "1", "interval.unit": "DAYS"}
    # An interval of one day is the default for a format that ends with days.
    if any(given.get(name, value) != value for name, value in fixed.items()) or given.keys() - fixed - {"range"}:
        raise refused(f"projection of {key} as date with {dict(given)}")
    first, _, last = given.get("range", "").partition(",")
    begin, end = _day(key, first, now), _day(key, last, now)
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def _day(key: str, text: str, now: datetime) -> date:
    if match := _NOW.fullmatch(text.strip()):
        sign, number, unit = match.groups()
        days = int(number or 0) * (7 if unit == "WEEKS" else 1)
        return now.date() + timedelta(days=-days if sign == "-" else days)
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise refused(f"projection of {key}: bound {text!r} of its range") from None
