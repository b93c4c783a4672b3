"""One invocation: its weeks one after the other, the oldest first, for as long as the time lasts."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec import to_builtins

from lambdas.curate_week.curator import Curator, as_report
from lambdas.curate_week.plan import MAX_WORK, RESERVE_SECONDS, Look, Target, refusal
from lambdas.curate_week.store import SummaryError
from schemas.curation import CurationReport, Outcome, WeekReport

_log: Final = logging.getLogger(__name__)


class CurationError(RuntimeError):
    """Weeks that could not be curated, each with its reason, in one line."""


@dataclass(frozen=True)
class Results:
    """What became of the weeks, and what those failed with that did: each error carries its week as a note."""

    reports: list[WeekReport] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def report(self) -> CurationReport:
        """Return what became of every week, failures included."""
        return CurationReport(self.reports, [*map(_told, self.failures)])

    def succeeded(self) -> CurationReport:
        """Return the report; raise `CurationError` if a week failed."""
        report = self.report()
        if self.failures:
            group = ExceptionGroup("weeks not curated", self.failures)
            raise CurationError("; ".join(report.failures)) from group
        return report

    def add(self, target: Target, report: WeekReport) -> None:
        """Take in a report, unless it says that nothing was to be done with a week that nobody asked for."""
        if target.asked or report.outcome is not Outcome.UNCHANGED:
            self.reports.append(report)

    def fail(self, weeks: str, error: Exception) -> None:
        """Take in a failure."""
        error.add_note(weeks)
        _log.error("not curated", exc_info=error, extra={"week": weeks})
        self.failures.append(error)


def _told(error: Exception) -> str:
    return f"{' '.join(error.__notes__)}: {type(error).__name__}: {' '.join(str(error).split())}"


@dataclass(frozen=True)
class Session:
    """Carries out a request; `remaining` gives the seconds left, `hand_over` asks another invocation for weeks.

    Weeks of more work than `largest` are refused. Without Lambda's limits all three are without bounds.
    """

    curator: Curator
    remaining: Callable[[], float]
    hand_over: Callable[[list[str]], None]
    largest: float = MAX_WORK

    def run(self, targets: Sequence[Target], *, force: bool) -> Results:
        """Curate the weeks, whatever one of them fails with.

        What is late is for another invocation. The first week never is, so that every invocation gets further; nor
        is a week that is looked at after the one that was asked for, which takes no time.
        """
        results = Results()
        for at, target in enumerate(targets):
            may_wait = at > 0 and target.asked
            try:
                if not self._run(target, results, force=force, may_wait=may_wait):
                    self._defer(targets[at:], results)
                    break
            except Exception as error:  # noqa: BLE001 - whatever it is, the other weeks go on
                results.fail(str(target.week), error)
        return results

    def _run(self, target: Target, results: Results, *, force: bool, may_wait: bool) -> bool:
        """Return whether the week had its turn; what is to be refused is refused even where time is short."""
        if may_wait and self.remaining() < RESERVE_SECONDS:
            return False
        look = self.curator.look(target, force=force)
        if refused := refusal(look, largest=self.largest):
            results.add(target, as_report(look, outcome=Outcome.REFUSED))
            raise refused
        if may_wait and not self._fits(look):
            return False
        report = self.curator.carry_out(target, look, force=force, fits=self._fits)
        _log.info(report.outcome, extra=to_builtins(report))
        results.add(target, report)
        return True

    def _fits(self, look: Look) -> bool:
        return refusal(look, largest=self.largest) is None and look.seconds <= self.remaining()

    def _defer(self, left: Sequence[Target], results: Results) -> None:
        """Hand over the weeks that were asked for; each brings the one after it along."""
        asked = [target for target in left if target.asked]
        weeks = [str(target.week) for target in asked]
        try:
            self.hand_over(weeks)
        except Exception as error:  # noqa: BLE001 - whatever it is, what was done is to be reported
            results.fail(", ".join(weeks), error)
        else:
            for target, week in zip(asked, weeks, strict=True):
                _log.info(Outcome.DEFERRED, extra={"week": week})
                results.add(target, WeekReport(week=week, outcome=Outcome.DEFERRED))

    def preview(self, targets: Sequence[Target], *, force: bool) -> Results:
        """Look at the weeks, and write nothing."""
        results = Results()
        for target in targets:
            try:
                look = self.curator.look(target, force=force)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other weeks go on
                # A broken summary before a week that nobody asked for is one of those to be written anew.
                if target.asked or not isinstance(error, SummaryError):
                    results.fail(str(target.week), error)
            else:
                outcome = Outcome.REFUSED if refusal(look, largest=self.largest) else look.outcome
                results.add(target, as_report(look, outcome=outcome))
        return results
