"""What the curation and those who ask for it agree on: request, report, and what published files carry."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from schemas.keys.weeks import Week

# Raised by hand when the same objects would give other files.
TRANSFORM_VERSION: Final = 2

# Object metadata of a week's files: the digest of what they were generated from, and of the week before's figures.
GENERATED_FROM: Final = "generated-from"
WOW_INPUT: Final = "wow-input"

# Weeks before the current one that are looked at when none are asked for: late data reopens them.
WINDOW_WEEKS: Final = 12
MAX_WEEKS: Final = 60


# The schedule's own day and hour, and two hours for its work: by then the week before is curated.
_DUE_AFTER_MONDAY: Final = timedelta(hours=14)


class RequestError(ValueError):
    """A request that is not carried out; the message is one line that says what is accepted."""


class Outcome(StrEnum):
    """What became of a week, or would become of it."""

    CURATED = "curated"
    SUMMARY = "summary"
    """The turns stayed: the summary was written anew, since the week before has other figures, or a manifest was."""
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    DEFERRED = "deferred"
    """Handed to another invocation, for want of time."""
    REFUSED = "refused"
    """Not begun, since it could not be finished."""


class CurationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What CurateWeek is asked for; without `weeks` those of the window whose inputs changed."""

    weeks: list[str] | None = None
    force: bool = False
    dry_run: bool = False
    report_failures: bool = False
    """Whether failures are in the report. Without it the function raises, so that Lambda tries again."""


class Regression(msgspec.Struct, frozen=True, kw_only=True):
    """A model that does worse in a phase than the week before, with the averages of both weeks."""

    model: str
    phase: str
    half_life_turn: float | None
    half_life_turn_before: float | None
    compliance_rate: float
    compliance_rate_before: float


class WeekReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one week; sizes in bytes."""

    week: str
    outcome: Outcome
    objects: int = 0
    bytes_in: int = 0
    lines: int = 0
    rows: int = 0
    rejected: int = 0
    duplicates: int = 0
    bad_keys: int = 0
    bytes_out: int = 0
    seconds: float = 0.0
    regressions: list[Regression] | None = None
    """Against the week before; None where the summary was not written, so that nothing was compared."""


class CurationReport(msgspec.Struct, frozen=True):
    """What became of every week, the oldest first, and the reason of each that failed, in one line with its week."""

    weeks: list[WeekReport]
    failures: list[str] = []


def parse_request(event: object) -> CurationRequest:
    """Return the request of an invocation; raise `RequestError` where it is none."""
    try:
        return msgspec.convert(event, CurationRequest)
    except msgspec.ValidationError as error:
        raise RequestError(f"request {event!r}: {error}") from None


def requested_weeks(request: CurationRequest, *, current: Week) -> tuple[Week, ...]:
    """Return the weeks to look at, the oldest first, each once; raise `RequestError` or `WeekError`."""
    if request.weeks is None:
        return tuple(current.shift(-WINDOW_WEEKS).until(current.shift(-1)))
    if not 1 <= len(request.weeks) <= MAX_WEEKS:
        raise RequestError(f"{len(request.weeks)} weeks: expected 1 to {MAX_WEEKS}")
    weeks = sorted({Week.parse(text) for text in request.weeks})
    if weeks[-1] > current:
        raise RequestError(f"week {weeks[-1]}: expected {current}, which is the current one, or an earlier week")
    return tuple(weeks)


def last_due_week(now: datetime) -> Week:
    """Return the newest week that the schedule has had the time to curate, at an aware time in UTC."""
    return Week.of((now - _DUE_AFTER_MONDAY).date()).shift(-1)
