"""The days and weeks of partition projection: Athena shows none outside of them, and no error either."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from schemas.keys.weeks import Week

PROJECTED_WEEKS: Final = 522  # ten years
# The projected range of days ends tomorrow, since runners' clocks and midnight differ.
DAYS_AHEAD: Final = timedelta(days=1)


@dataclass(frozen=True)
class Projection:
    """The projected ranges of `dt` and `week`, inclusive; days end at `DAYS_AHEAD` of the day of the query."""

    first_dt: date
    first_week: Week

    def __post_init__(self) -> None:
        """Raise `WeekError` where the calendar ends before the projected weeks do."""
        _ = self.last_week

    @property
    def last_week(self) -> Week:
        """The last projected week."""
        return self.first_week.shift(PROJECTED_WEEKS - 1)

    def weeks(self) -> list[Week]:
        """Return every projected week, in order."""
        return list(self.first_week.until(self.last_week))

    def covers(self, dt: date, *, today: date) -> bool:
        """Return whether both the day and its week are projected, seen from `today`."""
        return self.first_dt <= dt <= today + DAYS_AHEAD and self.first_week <= Week.of(dt) <= self.last_week
