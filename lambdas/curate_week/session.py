"""One invocation: the weeks that fit it, the oldest first; the state machine has the others."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec import to_builtins
from msgspec.structs import replace

from lambdas.curate_week.curator import Curator, as_report
from lambdas.curate_week.plan import RESERVE_SECONDS, Target
from lambdas.curate_week.store import SummaryError
from schemas.curation import CurationReport, Outcome, WeekReport

_log: Final = logging.getLogger(__name__)


class CurationError(RuntimeError):
    """Weeks that could not be curated, each with its reason, in one line."""


@dataclass
class Results:
    """What became of the weeks, and what those failed with that did: each error carries its week as a note."""

    execution: str | None = None
    reports: list[WeekReport] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def report(self) -> CurationReport:
        """Return what became of every week, failures included."""
        weeks = sorted(self.reports, key=lambda report: report.week)
        return CurationReport(weeks, [*map(_reason, self.failures)], self.execution)

    def succeeded(self) -> CurationReport:
        """Return the report; raise `CurationError` if a week failed."""
        report = self.report()
        if self.failures:
            group = ExceptionGroup("weeks not curated", self.failures)
            raise CurationError("; ".join(report.failures)) from group
        return report

    def add(self, target: Target, report: WeekReport) -> None:
        """Take in a report; skip unchanged neighbouring weeks."""
        if target.asked or report.outcome is not Outcome.UNCHANGED:
            self.reports.append(report)

    def fail(self, weeks: str, error: Exception) -> None:
        """Take in a failure."""
        error.add_note(weeks)
        _log.error("not curated", exc_info=error, extra={"week": weeks})
        self.failures.append(error)


def _reason(error: Exception) -> str:
    return f"{' '.join(error.__notes__)}: {type(error).__name__}: {' '.join(str(error).split())}"


@dataclass(frozen=True)
class Session:
    """Carries out a request; `remaining` gives the seconds left, `start` has the state machine curate weeks."""

    curator: Curator
    remaining: Callable[[], float]
    start: Callable[[list[str]], str]

    def run(self, targets: Sequence[Target], *, force: bool) -> Results:
        """Curate the weeks that fit, whatever one of them fails with, and have the others curated."""
        results = Results()
        left: list[WeekReport] = []
        for target in targets:
            try:
                if report := self._run(target, results, force=force):
                    left.append(report)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other weeks go on
                results.fail(str(target.week), error)
        if left:
            self._start(left, results)
        return results

    def _run(self, target: Target, results: Results, *, force: bool) -> WeekReport | None:
        """Return what is known of a week that does not fit; one that does has its turn.

        The state machine itself looks at the week after one that it curated.
        """
        if self.remaining() < RESERVE_SECONDS:
            return WeekReport(week=str(target.week), outcome=Outcome.STARTED) if target.asked else None
        look = self.curator.look(target, force=force)
        if not look.is_one_part or (look.work and look.seconds > self.remaining()):
            return replace(as_report(look), outcome=Outcome.STARTED)
        report = self.curator.carry_out(target, look, force=force)
        _log.info(report.outcome, extra=to_builtins(report))
        results.add(target, report)
        return None

    def _start(self, left: Sequence[WeekReport], results: Results) -> None:
        weeks = [report.week for report in left]
        try:
            results.execution = self.start(weeks)
        except Exception as error:  # noqa: BLE001 - whatever it is, what was done is to be reported
            results.fail(", ".join(weeks), error)
            return
        _log.info(Outcome.STARTED, extra={"weeks": weeks, "execution": results.execution})
        results.reports += left

    def preview(self, targets: Sequence[Target], *, force: bool) -> Results:
        """Look at the weeks, and write nothing."""
        results = Results()
        for target in targets:
            try:
                look = self.curator.look(target, force=force)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other weeks go on
                # A broken summary before a week that nobody asked for is one of those to be written again.
                if target.asked or not isinstance(error, SummaryError):
                    results.fail(str(target.week), error)
            else:
                results.add(target, as_report(look))
        return results
