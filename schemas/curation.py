"""The request and report of a curation, and the metadata of published files."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from schemas.keys.grammar import Phase
from schemas.keys.weeks import Week

# Raised by hand when the same objects would give other turns or runs: every week is curated again.
TURNS_VERSION: Final = 2
# Raised by hand when the same turns would give another summary.
SUMMARY_VERSION: Final = 2

# Object metadata of a week's files: the digest of what they were generated from, and of the week before's figures.
GENERATED_FROM: Final = "generated-from"
WOW_INPUT: Final = "wow-input"
# Of the refused lines' file: how many lines of the week were duplicates, which are left out and kept nowhere.
DUPLICATES: Final = "duplicates"

# Weeks before the current one that are looked at when none are asked for: late data reopens them.
WINDOW_WEEKS: Final = 12
MAX_WEEKS: Final = 60


# On Mondays, in UTC: when the schedule has the week before curated, and when that is done.
BEGINS_AT_HOUR: Final = 12
DUE_AT_HOUR: Final = BEGINS_AT_HOUR + 2
_DUE_AFTER_MONDAY: Final = timedelta(hours=DUE_AT_HOUR)
# The most that a new account may have, for its 1.7 processors; the work itself needs a tenth of it.
MEMORY_MIB: Final = 3_008
# A week's Parquet lies there before it is published.
DISK_GIB: Final = 10


class RequestError(ValueError):
    """A request that is not carried out; the message is one line that says what is accepted."""


class Outcome(StrEnum):
    """What became of a week, or would become of it."""

    CURATED = "curated"
    SUMMARY = "summary"
    """The turns stayed: the summary was written again, since the week before has other figures."""
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    STARTED = "started"
    """Handed to the state machine, since it has several parts or the time is short."""


class CurationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What CurateWeek is asked for; without `weeks` those of the window whose inputs changed."""

    weeks: list[str] | None = None
    force: bool = False
    dry_run: bool = False
    report_failures: bool = False
    """Whether failures are in the report. Without it the function raises, so that Lambda tries again."""


class Measure(StrEnum):
    """What a model can do worse in."""

    HALF_LIFE = "half_life"
    """Turns before the break, restricted to the turns that the phase is planned for."""
    COMPLIANCE = "compliance"
    """Mean over runs of the share of turns that score 8 or more."""


class Regression(msgspec.Struct, frozen=True, kw_only=True):
    """A measure of a model in a phase that fell; `effect` is now less before, between `low` and `high` at 95 %.

    Half-lives are in turns, compliance is a share. `p_value` is adjusted for the phases of the model.
    """

    model: str
    phase: Phase
    measure: Measure
    now: float
    before: float
    effect: float
    low: float
    high: float
    runs: int
    runs_before: int
    p_value: float


class WeekReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one week; sizes in bytes.

    `bad_keys` and `too_large` count objects that are refused as a whole.
    """

    week: str
    outcome: Outcome
    objects: int = 0
    parts: int = 1
    bytes_in: int = 0
    lines: int = 0
    rows: int = 0
    rejected: int = 0
    duplicates: int = 0
    bad_keys: int = 0
    too_large: int = 0
    bytes_out: int = 0
    seconds: float = 0.0
    regressions: list[Regression] | None = None
    """Against the week before; None where the summary was not written, so that nothing was compared."""


class CurationReport(msgspec.Struct, frozen=True):
    """What became of every week, the oldest first, and the reason of each that failed, in one line with its week.

    `execution` is the ARN of the one that was started for some.
    """

    weeks: list[WeekReport]
    failures: list[str] = []
    execution: str | None = None


class Next(StrEnum):
    """What the state machine does after a week is finished, or was tried."""

    PLAN = "plan"
    DONE = "done"
    FAILED = "failed"


class Progress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the state machine hands from step to step: the weeks that are left, the first of which is at work.

    `plan` is what the week will be generated from, empty where it has no parts; `to_do_key` is the key of the list of
    parts to do. `error` is what the attempt failed with, `failed` what weeks failed with that were given up.
    """

    weeks: list[str]
    force: bool = False
    attempt: int = 0
    plan: str = ""
    to_do_key: str = ""
    to_do: int = 0
    error: str = ""
    failed: list[str] = []
    next: Next = Next.PLAN


class PartTask(msgspec.Struct, frozen=True):
    """A part to be done; `digest` names its inputs."""

    week: str
    digest: str


class PlanStep(msgspec.Struct, frozen=True, tag_field="step", tag="plan"):
    """A request of the state machine to plan the first week."""

    progress: Progress


class PartStep(msgspec.Struct, frozen=True, tag_field="step", tag="part"):
    """A request of the state machine to do a part."""

    task: PartTask


class FinishStep(msgspec.Struct, frozen=True, tag_field="step", tag="finish"):
    """A request of the state machine to finish the first week."""

    progress: Progress


Step = PlanStep | PartStep | FinishStep


def parse_request(event: object) -> CurationRequest | Step:
    """Return the request of an invocation; raise `RequestError` where it is none."""
    try:
        if isinstance(event, Mapping) and "step" in event:
            step: Step = msgspec.convert(event, Step)
            return step
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


def due_at(week: Week) -> datetime:
    """Return when the schedule has had the time to curate a week; what is written later reopens it."""
    return datetime.combine(week.shift(1).monday, time(tzinfo=UTC)) + _DUE_AFTER_MONDAY


def last_due_week(now: datetime) -> Week:
    """Return the newest week that the schedule has had the time to curate, at an aware time in UTC."""
    return Week.of((now - _DUE_AFTER_MONDAY).date()).shift(-1)
