"""Curation as the demo shows it: all weeks, then the one that late runs reopened, checked against the samples."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ops.curation.command import show
from ops.curation.deployed import DeployedEngine
from ops.sample import SampleObject
from schemas.curation import CurationRequest, Outcome, WeekReport
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week
from schemas.names import Function
from tools.local.lake import Lake
from tools.local.steps import SceneError

_IDLE: Final = frozenset({Outcome.UNCHANGED, Outcome.EMPTY})
_COUNTS: Final = ("lines", "rows", "rejected", "duplicates")


@dataclass(frozen=True)
class Curated:
    """What became of the weeks at first, and of those that the next run found changed."""

    first: Sequence[WeekReport]
    again: Sequence[WeekReport]

    def report(self) -> Mapping[str, object]:
        """Return the report's part: weeks, the sums over the first run, and how many were curated once more."""
        sums = {name: sum(getattr(report, name) for report in self.first) for name in _COUNTS}
        return {"weeks": [report.week for report in self.first], **sums, "recurated": len(self.again)}

    def show(self) -> None:
        """Print both runs."""
        show(self.first, title="Curated weeks")
        show(self.again, title="Reopened by late runs")


def curate(lake: Lake, weeks: Sequence[Week]) -> list[WeekReport]:
    """Have the deployed function curate these weeks."""
    return _engine(lake).ask(CurationRequest(weeks=[*map(str, weeks)]))


def curate_changed(lake: Lake) -> list[WeekReport]:
    """Do what the schedule does, and return the weeks that it found changed."""
    return [report for report in _engine(lake).ask(CurationRequest()) if report.outcome not in _IDLE]


def check_curated(curated: Curated, expected: Mapping[str, SampleObject], *, late: Week) -> None:
    """Raise `SceneError` unless each week has the rows that its samples have, and late runs reopened theirs alone."""
    wanted = {report.week: (0, 0) for report in curated.first}
    for key, sample in expected.items():
        if sample.expected_turns or sample.expected_invalid_lines:
            week = str(Week.of(RawKey.parse(key).dt))
            rows, rejected = wanted[week]
            wanted[week] = (rows + sample.expected_turns, rejected + sample.expected_invalid_lines)
    found = {report.week: (report.rows, report.rejected) for report in curated.first}
    if found != wanted:
        raise SceneError(f"curated (rows, rejected lines) {found}, expected {wanted}")
    if [(report.week, report.outcome) for report in curated.again] != [(str(late), Outcome.CURATED)]:
        raise SceneError(f"after late runs for {late} were curated: {curated.again}")


def _engine(lake: Lake) -> DeployedEngine:
    return DeployedEngine(
        client=lake.aws.lambda_(),
        function=lake.deployment.function(Function.CURATE_WEEK),
        machines=lake.aws.step_functions(),
        follow=lambda _: None,
        sleep=time.sleep,
    )
