"""Curation by the deployed function, and by the state machine that it starts for weeks of several parts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import msgspec
from msgspec.structs import replace

from ops.curation.engine import CurationFailedError, reports
from ops.failures import CommandError
from ops.invoke import InvocationError, invoke
from schemas.curation import CurationReport, CurationRequest, Outcome, WeekReport

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_SECONDS_BETWEEN_LOOKS: Final = 5.0
_RUNNING: Final = frozenset({"RUNNING", "PENDING_REDRIVE"})


class StepFunctions(Protocol):
    """What is asked of Step Functions."""

    def describe_execution(self, *, executionArn: str) -> Mapping[str, object]:  # noqa: N803 - as AWS spells it
        """Return how an execution does."""
        ...

    def list_map_runs(self, *, executionArn: str) -> Mapping[str, object]:  # noqa: N803 - as AWS spells it
        """Return an execution's map runs."""
        ...

    def describe_map_run(self, *, mapRunArn: str) -> Mapping[str, object]:  # noqa: N803 - as AWS spells it
        """Return how many items a map run has done."""
        ...


@dataclass(frozen=True, kw_only=True)
class DeployedEngine:
    """Invokes the function and waits for its answer, and for the execution that it has started.

    `follow` is given about how many bytes were read, as parts are done; `sleep` waits so many seconds.
    """

    client: "LambdaClient"
    function: str
    machines: StepFunctions
    follow: Callable[[int], object]
    sleep: Callable[[float], object]

    def ask(self, request: CurationRequest) -> list[WeekReport]:
        """Carry out the request and return what became of its weeks; raise `CurationFailedError` if one failed."""
        report = self._invoke(request)
        if report.execution is None:
            return reports(report)
        started = {week.week: week for week in report.weeks if week.outcome is Outcome.STARTED}
        ended = self._ended(report.execution, started)
        return reports(replace(report, weeks=[ended.get(week.week, week) for week in report.weeks]))

    def _invoke(self, request: CurationRequest) -> CurationReport:
        try:
            answer = invoke(self.client, self.function, replace(request, report_failures=True))
        except InvocationError as error:
            raise CurationFailedError(str(error)) from error
        try:
            return msgspec.json.decode(answer, type=CurationReport)
        except msgspec.DecodeError as error:
            raise CommandError(f"{self.function} is of another version, deploy this one: {error}") from None

    def _ended(self, execution: str, started: Mapping[str, WeekReport]) -> Mapping[str, WeekReport]:
        """Wait for the execution and return its weeks as they then are."""
        self._wait(execution, started)
        looked = self._invoke(CurationRequest(weeks=[*started], dry_run=True)).weeks
        return {
            week.week: replace(week, outcome=Outcome.CURATED, parts=started[week.week].parts)
            for week in looked
            if week.week in started
        }

    def _wait(self, execution: str, started: Mapping[str, WeekReport]) -> None:
        """Return once the execution has succeeded; raise `CurationFailedError` where it ended otherwise."""
        bytes_in = sum(week.bytes_in for week in started.values())
        parts = sum(week.parts for week in started.values())
        done = 0
        while (status := self.machines.describe_execution(executionArn=execution)["status"]) in _RUNNING:
            now = self._parts_done(execution)
            self.follow((now - done) * bytes_in // parts)
            done = now
            self.sleep(_SECONDS_BETWEEN_LOOKS)
        if status != "SUCCEEDED":
            weeks = ", ".join(started)
            raise CurationFailedError(
                f"{weeks}: {execution} ended as {status}: `ops logs CurateWeek --errors` says why"
            )

    def _parts_done(self, execution: str) -> int:
        runs = msgspec.convert(self.machines.list_map_runs(executionArn=execution), _MapRuns)
        each = (self.machines.describe_map_run(mapRunArn=run.mapRunArn) for run in runs.mapRuns)
        return sum(msgspec.convert(run, _MapRun).itemCounts.succeeded for run in each)


class _Named(msgspec.Struct):
    mapRunArn: str  # noqa: N815 - as AWS spells it


class _MapRuns(msgspec.Struct):
    mapRuns: list[_Named]  # noqa: N815 - as AWS spells it


class _Items(msgspec.Struct):
    succeeded: int


class _MapRun(msgspec.Struct):
    itemCounts: _Items  # noqa: N815 - as AWS spells it
