"""The steps of the state machine `CurateParts`: plan a week, do one part of it, finish it, go on to the next week.

Each step may be done again at any time: what it finds done, it leaves as it is.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from lambdas.curate_week.curator import Curator
from lambdas.curate_week.part_store import PartStore, Plan
from lambdas.curate_week.parts import PART_WORK, bounds_of, parts_of
from lambdas.curate_week.plan import Look, Target
from schemas.curation import Next, Outcome, PartTask, Progress, WeekReport
from schemas.keys.weeks import Week

_log: Final = logging.getLogger(__name__)

ATTEMPTS: Final = 3


class UnfinishedError(RuntimeError):
    """A week some of whose parts are not done, or gone; the message is one line that says how many."""


@dataclass(frozen=True)
class Steps:
    """Does the steps; `on_report` is given what became of each week."""

    curator: Curator
    parts: PartStore
    on_report: Callable[[WeekReport], object]

    def plan(self, progress: Progress) -> Progress:
        """Write down the parts of the first week that are to be done; a week of one part is curated at once."""
        week = Week.parse(progress.weeks[0])
        planned = replace(progress, attempt=progress.attempt + 1, plan="", to_do_key="", to_do=0, error="")
        try:
            return self._plan(week, planned)
        except Exception as error:  # noqa: BLE001 - whatever it is, the machine decides whether to try again
            return _failed(planned, error)

    def _plan(self, week: Week, planned: Progress) -> Progress:
        target = Target(week)
        look = self.curator.look(target, force=planned.force)
        bounds = [*bounds_of(look.inputs, most=PART_WORK)] if look.outcome is Outcome.CURATED else []
        if len(bounds) <= 1:
            self.on_report(self.curator.carry_out(target, look, force=planned.force))
            return planned
        stored = self.curator.store.stored(week)
        digests, to_do = [], []
        for part in parts_of(look.inputs, bounds):
            digests.append(part.digest)
            if not self.parts.is_done(week, part.digest, stored):
                self.parts.put_inputs(week, part)
                to_do.append(PartTask(str(week), part.digest))
        key = self.parts.put_plan(week, _plan_of(look, digests), to_do)
        return replace(planned, plan=look.generated_from, to_do_key=key, to_do=len(to_do))

    def part(self, task: PartTask) -> None:
        """Curate one part, unless that was done already."""
        self.parts.curate(Week.parse(task.week), task.digest, self.curator.open_reader)

    def finish(self, progress: Progress) -> Progress:
        """Publish the first week if its parts are done, and say what is next."""
        week = Week.parse(progress.weeks[0])
        if not progress.error:
            try:
                self._finish(week, progress)
            except Exception as error:  # noqa: BLE001 - whatever it is, the machine decides whether to try again
                progress = _failed(progress, error)
        if progress.error and progress.attempt < ATTEMPTS:
            return replace(progress, next=Next.PLAN)
        failed = [*progress.failed, progress.error] if progress.error else progress.failed
        ended = replace(progress, weeks=progress.weeks[1:], attempt=0, plan="", to_do_key="", to_do=0, error="")
        return replace(ended, failed=failed, next=_next(ended.weeks, failed))

    def _finish(self, week: Week, progress: Progress) -> None:
        if progress.plan:
            plan = self.parts.plan(week, progress.plan)
            receipts = [self.parts.receipt(week, digest) for digest in plan.parts]
            done = [receipt for receipt in receipts if receipt]
            if len(done) < len(receipts):
                self.parts.raise_if_archived(week, plan.parts[receipts.index(None)])
                raise UnfinishedError(f"{len(receipts) - len(done)} of {len(receipts)} parts are not done")
            self.on_report(self.curator.publish_parts(plan, done))
        after = Target(week.shift(1), asked=False)
        report = self.curator.carry_out(after, self.curator.look(after))
        if report.outcome is not Outcome.UNCHANGED:
            self.on_report(report)


def _failed(progress: Progress, error: Exception) -> Progress:
    week = progress.weeks[0]
    _log.error("not curated", exc_info=error, extra={"week": week, "attempt": progress.attempt})
    reason = f"{week}: {type(error).__name__}: {' '.join(str(error).split())}"
    return replace(progress, error=reason[:_MOST_OF_A_REASON])


# Of what a week failed with, so that what the machine hands on stays small.
_MOST_OF_A_REASON: Final = 500


def _next(weeks: list[str], failed: list[str]) -> Next:
    if weeks:
        return Next.PLAN
    return Next.FAILED if failed else Next.DONE


def _plan_of(look: Look, parts: list[str]) -> Plan:
    return Plan(
        generated_from=look.generated_from,
        published=look.published,
        refused=list(look.inputs.refused),
        parts=parts,
        objects=look.inputs.objects,
        bytes_in=look.inputs.size,
    )
