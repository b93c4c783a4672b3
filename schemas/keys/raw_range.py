"""Ranges of raw keys, in the order of their UTF-8, which S3, DynamoDB and Python share."""

from dataclasses import dataclass
from datetime import date
from os.path import commonprefix
from typing import Final, Self

from schemas.keys.layout import RAW_PREFIX
from schemas.keys.weeks import DateError, parse_date

# After every key that begins as this one does.
_LAST: Final = "\U0010ffff"


class RawRangeError(ValueError):
    """Bounds without anything between them; the message is one line that says what is accepted."""


@dataclass(frozen=True)
class RawRange:
    """The raw keys from `first` up to, and without, `beyond`; all of them unless said otherwise."""

    first: str = RAW_PREFIX
    beyond: str = RAW_PREFIX + _LAST

    @classmethod
    def days(cls, since: date | None, until: date | None) -> Self:
        """Return the range of whole days, both included, each unbounded where it is None."""
        if since and until and since > until:
            raise RawRangeError(f"{since} to {until}: expected the earlier day first")
        return cls(_day(since) if since else RAW_PREFIX, (_day(until) if until else RAW_PREFIX) + _LAST)

    @classmethod
    def below(cls, prefix: str) -> Self:
        """Return the range of the keys that begin so; raise `RawRangeError` where that is outside `raw/`."""
        if not prefix.startswith(RAW_PREFIX):
            raise RawRangeError(f"{prefix!r}: expected a prefix that begins with {RAW_PREFIX}")
        return cls(prefix, prefix + _LAST)

    def __contains__(self, key: str) -> bool:
        """Return whether the key lies in the range."""
        return self.first <= key < self.beyond

    @property
    def prefix(self) -> str:
        """What all keys of the range begin with."""
        return commonprefix([self.first, self.beyond])  # noqa: RUF071 - of characters, as prefixes in S3 are

    @property
    def first_day(self) -> date | None:
        """The day that the range begins in, None where it begins before all days."""
        return _day_of(self.first)

    @property
    def last_day(self) -> date | None:
        """The day that the range ends in, None where it has no end."""
        return _day_of(self.beyond)


def _day_of(key: str) -> date | None:
    beginning = f"{RAW_PREFIX}dt="
    try:
        return parse_date(key.removeprefix(beginning)[: len("YYYY-MM-DD")]) if key.startswith(beginning) else None
    except DateError:
        return None


def _day(day: date) -> str:
    return f"{RAW_PREFIX}dt={day}/"
