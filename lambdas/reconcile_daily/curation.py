"""How long ago the curation of the last weeks ended."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from schemas.keys.weeks import Week

_DAY: Final = timedelta(days=1)


def whole_weeks(since: date, now: datetime) -> list[Week]:
    """Return the weeks from a day on that lie wholly between it and now."""
    first = Week.of(since - _DAY).shift(1)
    return [*first.until(Week.of(now.date()).shift(-1))]


def curation_age(complete: Mapping[Week, bool], *, since: date, now: datetime) -> float:
    """Return how many days ago the newest week ended that is complete; none since a day is as old as that day."""
    ended = [end_of(week) for week, is_complete in complete.items() if is_complete]
    return (now - max(ended, default=datetime.combine(since, time(), UTC))) / _DAY


def end_of(week: Week) -> datetime:
    """Return the moment at which a week is over."""
    return datetime.combine(week.days()[-1] + _DAY, time(), UTC)
