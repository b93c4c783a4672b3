"""What is to be done: with a week, from what is published and what lies in raw/, and with how much time. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lambdas.curate_week.inputs import WeekInputs
from lambdas.curate_week.store import Published
from lambdas.curate_week.summary import wow_input
from schemas.curation import Outcome
from schemas.grammar import CuratedFile
from schemas.models import WeeklySummary
from schemas.weeks import Week

# Measured at four times this on two cores; a new account's largest function has 1.7 of them.
PLANNED_BYTES_PER_SECOND: Final = 40_000_000
# For start-up, listings, and what the platform may need to end an invocation.
RESERVE_SECONDS: Final = 60.0
LONGEST_SECONDS: Final = 900.0
MAX_WEEK_BYTES: Final = int((LONGEST_SECONDS - 2 * RESERVE_SECONDS) * PLANNED_BYTES_PER_SECOND)


class WeekTooLargeError(RuntimeError):
    """A week that no invocation could finish."""


@dataclass(frozen=True, order=True)
class Target:
    """A week to look at: `asked` for as a whole, or for its changes against the week before alone."""

    week: Week
    asked: bool = True


@dataclass(frozen=True)
class Look:
    """A week as it was found, and what follows from it."""

    inputs: WeekInputs
    published: Published
    before: list[WeeklySummary]
    generated_from: str
    outcome: Outcome

    @property
    def seconds(self) -> float:
        """The time to plan for it."""
        size = self.inputs.size if self.outcome is Outcome.CURATED else 0
        return RESERVE_SECONDS + size / PLANNED_BYTES_PER_SECOND


def targets(weeks: Iterable[Week]) -> list[Target]:
    """Return the weeks, and after each that has no asked successor the week that compares itself with it."""
    asked = {*weeks}
    successors = {week.shift(1) for week in asked} - asked
    return sorted([*(Target(week) for week in asked), *(Target(week, asked=False) for week in successors)])


def handed_over(left: Iterable[Target]) -> list[str]:
    """Return the weeks to ask another invocation for, so that it looks at all that is left."""
    return sorted({str(target.week if target.asked else target.week.shift(-1)) for target in left})


def decide(
    target: Target,
    inputs: WeekInputs,
    published: Published,
    before: list[WeeklySummary],
    *,
    generated_from: str,
    force: bool,
) -> Outcome:
    """Return what is to be done with a week."""
    summary = published.files[CuratedFile.WEEKLY_SUMMARY]
    stale_changes = summary is not None and summary.wow_input != wow_input(before)
    if not target.asked:
        return Outcome.SUMMARY if stale_changes else Outcome.UNCHANGED
    if not inputs.objects:
        return Outcome.EMPTY
    if force or not published.agree_on(generated_from):
        return Outcome.CURATED
    return Outcome.SUMMARY if stale_changes else Outcome.UNCHANGED


def check_size(look: Look) -> None:
    """Raise `WeekTooLargeError` where no invocation could finish the week."""
    if look.outcome is Outcome.CURATED and look.inputs.size > MAX_WEEK_BYTES:
        week, size, most = look.inputs.week, look.inputs.size / 1e9, MAX_WEEK_BYTES / 1e9
        raise WeekTooLargeError(
            f"{week} has {size:.1f} GB of raw objects, of which an invocation is sure to finish {most:.1f} GB: "
            f"run `python -m ops curate {week} --local-engine`"
        )
