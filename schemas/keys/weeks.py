"""ISO 8601 weeks: `YYYY-WNN`, Monday to Sunday, where the year is the week's own (2025-12-29 lies in 2026-W01)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

_WEEK: Final = re.compile(r"([0-9]{4})-W([0-9]{2})")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WEEK_EXPECTED: Final = "an ISO week YYYY-WNN that exists, such as 2025-W45"
DATE_EXPECTED: Final = "a calendar date YYYY-MM-DD, such as 2025-11-05"


class WeekError(ValueError):
    """A text that is no ISO week."""


class DateError(ValueError):
    """A text that is no calendar date."""


def parse_date(text: str) -> date:
    """Return the date of `YYYY-MM-DD`, that form alone, which lies in a `Week`; raise `DateError` otherwise."""
    # date.fromisoformat alone would take 20251105 and 2025-W45-3 too.
    if _DATE.fullmatch(text):
        try:
            day = date.fromisoformat(text)
            # refuses the last days of year 9999, whose week the calendar cuts off
            Week.of(day)
        except ValueError:
            pass
        else:
            return day
    msg = f"{text!r}: expected {DATE_EXPECTED}"
    raise DateError(msg)


@dataclass(frozen=True, order=True, slots=True)
class Week:
    """An ISO week; weeks order as time does, and so do their texts."""

    year: int
    number: int

    def __post_init__(self) -> None:
        """Raise `WeekError` unless all seven days of the week exist."""
        try:
            date.fromisocalendar(self.year, self.number, 7)
        except ValueError:
            msg = f"'{self}': expected {WEEK_EXPECTED}"
            raise WeekError(msg) from None

    def __str__(self) -> str:
        """Return `YYYY-WNN`."""
        return f"{self.year:04}-W{self.number:02}"

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the week that holds `day`."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the week of `YYYY-WNN`; raise `WeekError` otherwise."""
        if match := _WEEK.fullmatch(text):
            return cls(int(match[1]), int(match[2]))
        msg = f"{text!r}: expected {WEEK_EXPECTED}"
        raise WeekError(msg)

    @property
    def monday(self) -> date:
        """The week's first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    def days(self) -> tuple[date, ...]:
        """Return the seven days, Monday first."""
        return tuple(self.monday + timedelta(days=n) for n in range(7))

    def shift(self, weeks: int) -> Self:
        """Return the week that many weeks later, or earlier where negative; raise `WeekError` beyond the calendar."""
        try:
            return self.of(self.monday + timedelta(weeks=weeks))
        except OverflowError:
            msg = f"'{self}' shifted by {weeks}: expected {WEEK_EXPECTED}"
            raise WeekError(msg) from None

    def until(self, last: Self) -> Iterator[Self]:
        """Yield this week and each one after it up to and including `last`."""
        for weeks in range((last.monday - self.monday).days // 7 + 1):
            yield self.shift(weeks)
