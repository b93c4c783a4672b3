"""What an erasure cannot remove, and when that goes by itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ops.erase.weeks import CuratedWeek
from ops.registry.store import Store
from ops.versions import Version, versions_below
from schemas.keys.layout import EXPORTS_PREFIX, QUERY_RESULTS_PREFIX, REPORTS_PREFIX
from schemas.retention import (
    DEAD_LETTERS_DAYS,
    LOGS_DAYS,
    MANAGED_RESULTS_DAYS,
    NONCURRENT_EXPORTS_DAYS,
    QUERY_RESULTS_DAYS,
    RECOVERY_DAYS,
    UNFINISHED_UPLOADS_DAYS,
)

_NEVER: Final = "not by itself: look into it, and delete it"
_EXPIRY: Final = {EXPORTS_PREFIX: NONCURRENT_EXPORTS_DAYS, QUERY_RESULTS_PREFIX: QUERY_RESULTS_DAYS}


@dataclass(frozen=True)
class Left:
    """A place that may hold a trace, and when that goes."""

    what: str
    until: str


# Texts are in none of them but the first two and what is kept outside of the lake.
_ALWAYS: Final = (
    Left("answers of queries that Athena keeps", f"{MANAGED_RESULTS_DAYS} day after the query"),
    Left("unfinished uploads of it", f"{UNFINISHED_UPLOADS_DAYS} days after they began"),
    Left("SPICE, where the dashboard is deployed", "with its next refresh"),
    Left("the index's point-in-time recovery (figures, no text)", f"{RECOVERY_DAYS} days"),
    Left("logs of functions (keys and reasons, no text)", f"{LOGS_DAYS} days"),
    Left("dead letters (keys, no text)", f"{DEAD_LETTERS_DAYS} days"),
    Left(f"{REPORTS_PREFIX} of later weeks (means, no text)", "when `ops report WEEK --publish` makes them again"),
    Left("copies outside of the lake: downloads, backups, pages on other machines", _NEVER),
)


def what_is_left(store: Store, versions: Iterable[Version], weeks: Iterable[CuratedWeek]) -> Iterator[Left]:
    """Yield what stays after these versions are erased: answers that were stored since then, by name."""
    since = min((version.written for version in versions), default=None)
    for prefix, days in _EXPIRY.items():
        for version in versions_below(store.s3, store.bucket, prefix):
            if not version.is_marker and (since is None or version.written >= since):
                yield Left(version.key, _until(version, days, keeps_current=prefix == EXPORTS_PREFIX))
    for week in weeks:
        for key in week.foreign:
            yield Left(f"{key}, which no curation wrote", _NEVER)
    yield from _ALWAYS


def _until(version: Version, days: int, *, keeps_current: bool) -> str:
    if version.current and keeps_current:
        return _NEVER
    # S3 rounds up to the next midnight: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    return f"about {_day_after(version.written, days)}"


def _day_after(written: datetime, days: int) -> str:
    return f"{written + timedelta(days=days + 1):%Y-%m-%d}"
