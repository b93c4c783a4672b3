"""What is to be done with a week, from what is published and what lies in raw/. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lake.published import Published
from lambdas.curate_week.inputs import WeekInputs
from lambdas.curate_week.parts import PART_WORK, work
from lambdas.curate_week.summary import wow_input
from schemas.curation import Outcome
from schemas.keys.grammar import CuratedFile
from schemas.keys.weeks import Week
from schemas.models import WeeklySummary

# Measured at four times this on two cores; a new account's largest function has 1.7 of them.
PLANNED_BYTES_PER_SECOND: Final = 40_000_000
# For start-up, listings, and what the platform may need to end an invocation.
RESERVE_SECONDS: Final = 60.0


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
    def work(self) -> int:
        """What there is to read, in bytes of a single object that would take as long."""
        return work(self.inputs.cells.values()) if self.outcome is Outcome.CURATED else 0

    @property
    def is_one_part(self) -> bool:
        """Whether one pass does what is to be done."""
        return self.work <= PART_WORK

    @property
    def seconds(self) -> float:
        """The time to plan for one pass."""
        return RESERVE_SECONDS + self.work / PLANNED_BYTES_PER_SECOND

    @property
    def stale_changes(self) -> bool:
        """Whether the published summary compares itself with other figures than the week before has."""
        return _stale_changes(self.published, self.before)


def targets(weeks: Iterable[Week]) -> list[Target]:
    """Return the weeks, and after each that has no asked successor the week that compares itself with it."""
    asked = {*weeks}
    successors = {week.shift(1) for week in asked} - asked
    return sorted([*(Target(week) for week in asked), *(Target(week, asked=False) for week in successors)])


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
    stale_changes = _stale_changes(published, before)
    if not target.asked:
        return Outcome.SUMMARY if stale_changes else Outcome.UNCHANGED
    if not inputs.objects:
        return Outcome.SUMMARY if stale_changes else Outcome.EMPTY
    if force or published.generation != generated_from:
        return Outcome.CURATED
    return Outcome.SUMMARY if stale_changes else Outcome.UNCHANGED


def _stale_changes(published: Published, before: Iterable[WeeklySummary]) -> bool:
    summary = published.files[CuratedFile.WEEKLY_SUMMARY]
    return summary is not None and summary.wow_input != wow_input(before)
