"""One invocation: its weeks one after the other, the oldest first, for as long as the time lasts."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec import to_builtins

from lambdas.curate_week.curator import Curator, as_report
from lambdas.curate_week.plan import Target, check_size, handed_over
from schemas.curation import Outcome, WeekReport

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Session:
    """Carries out a request; `remaining` gives the seconds left, `hand_over` asks another invocation for weeks."""

    curator: Curator
    remaining: Callable[[], float]
    hand_over: Callable[[list[str]], None]

    def run(self, targets: Sequence[Target], *, force: bool) -> tuple[list[WeekReport], list[Exception]]:
        """Return a report for each week that was looked at, and what the others failed with, noted with the week.

        What is late is for another invocation. The first week never is, so that every invocation gets further.
        """
        reports: list[WeekReport] = []
        failures: list[Exception] = []
        for at, target in enumerate(targets):
            try:
                look = self.curator.look(target, force=force)
                check_size(look)
                if at > 0 and look.seconds > self.remaining():
                    left = targets[at:]
                    self.hand_over(handed_over(left))
                    reports += [WeekReport(week=str(each.week), outcome=Outcome.DEFERRED) for each in left]
                    break
                report = self.curator.carry_out(target, look, force=force)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other weeks go on
                error.add_note(str(target.week))
                _log.error("not curated", exc_info=error, extra={"week": str(target.week)})
                failures.append(error)
            else:
                _log.info(report.outcome, extra=to_builtins(report))
                reports += worth_telling(target, report)
        return reports, failures


def preview(curator: Curator, targets: Sequence[Target], *, force: bool) -> list[WeekReport]:
    """Return what would become of the weeks; nothing is written."""
    return [
        report for target in targets for report in worth_telling(target, as_report(curator.look(target, force=force)))
    ]


def worth_telling(target: Target, report: WeekReport) -> list[WeekReport]:
    """Return the report unless it says that nothing was to be done with a week that nobody asked for."""
    return [report] if target.asked or report.outcome is not Outcome.UNCHANGED else []
