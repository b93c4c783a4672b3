"""CurateWeek: makes a week's raw objects into sorted Parquet and a summary, and does so again when late data arrives.

Asked for nothing, by its schedule, it looks at the weeks of the window and curates those whose inputs changed. Weeks
of several parts it hands to the state machine `CurateParts`, whose steps are requests of the same function.
"""

import logging
import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, Protocol

import boto3
from msgspec import json, to_builtins
from obstore.store import S3Store

from lake.listing import Bucket
from lake.metrics import embedded_metrics
from lambdas.curate_week.curator import Curator
from lambdas.curate_week.part_store import PartStore
from lambdas.curate_week.plan import targets
from lambdas.curate_week.reader import ReadAhead
from lambdas.curate_week.session import Session
from lambdas.curate_week.steps import Steps
from lambdas.curate_week.store import WeekStore
from schemas.curation import (
    CurationRequest,
    Outcome,
    PartStep,
    PlanStep,
    Progress,
    Step,
    WeekReport,
    parse_request,
    requested_weeks,
)
from schemas.keys.weeks import Week
from schemas.names import Metric, Variable
from schemas.registry.models_file import load_models
from schemas.registry.phases import load_planned_turns

_log: Final = logging.getLogger(__name__)
_log.setLevel(logging.INFO)
logging.getLogger("lambdas.curate_week").setLevel(logging.INFO)

_SUMMED: Final = {
    Metric.CURATED_ROWS: "rows",
    Metric.REJECTED_LINES: "rejected",
    Metric.DUPLICATES: "duplicates",
    Metric.TOO_LARGE: "too_large",
    Metric.CURATION_BYTES_IN: "bytes_in",
    Metric.CURATION_BYTES_OUT: "bytes_out",
    Metric.CURATION_SECONDS: "seconds",
}


class LambdaContext(Protocol):
    """What Lambda tells an invocation about itself."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the invocation is ended."""
        ...


def _make_curator() -> Curator:
    name, client = os.environ[Variable.BUCKET], boto3.client("s3")
    objects = S3Store(name, client_options={"timeout": "120s"})
    return Curator(
        WeekStore(client, name),
        Bucket(name, client, objects).pages,
        lambda sources: ReadAhead(objects, sources),
        load_models(),
        load_planned_turns(),
        time.monotonic,
        lambda: datetime.now(UTC),
    )


# Clients take longer to make than most weeks: one each, for as long as the environment lives.
_curator: Final = cache(_make_curator)


def handler(event: object, context: LambdaContext) -> Mapping[str, Any]:
    """Curate the weeks of a request and return the report, or do a step of the state machine and return its result.

    Raise `CurationError` after the last week if any failed, unless the request asks for failures in the report.
    """
    request = parse_request(event)
    if isinstance(request, CurationRequest):
        return _carry_out(request, context)
    return _step(request)


def _step(step: Step) -> Mapping[str, Any]:
    curator = _curator()
    steps = Steps(curator, PartStore(curator.store), lambda report: _tell([report]))
    if isinstance(step, PartStep):
        steps.part(step.task)
        return {}
    progress = steps.plan(step.progress) if isinstance(step, PlanStep) else steps.finish(step.progress)
    answer: Mapping[str, Any] = to_builtins(progress)
    return answer


def _carry_out(request: CurationRequest, context: LambdaContext) -> Mapping[str, Any]:
    weeks = targets(requested_weeks(request, current=Week.of(datetime.now(UTC).date())))

    def start(left: list[str]) -> str:
        progress = json.encode(Progress(weeks=left, force=request.force)).decode()
        machines = boto3.client("stepfunctions")
        started = machines.start_execution(stateMachineArn=os.environ[Variable.CURATE_PARTS], input=progress)
        return str(started["executionArn"])

    session = Session(_curator(), lambda: context.get_remaining_time_in_millis() / 1000, start)
    if request.dry_run:
        results = session.preview(weeks, force=request.force)
    else:
        results = session.run(weeks, force=request.force)
        print(_metrics(results.reports))  # noqa: T201 - CloudWatch reads metrics from the log
    answer: Mapping[str, Any] = to_builtins(results.report() if request.report_failures else results.succeeded())
    return answer


def _tell(reports: Sequence[WeekReport]) -> None:
    for report in reports:
        _log.info(report.outcome, extra=to_builtins(report))
    print(_metrics(reports))  # noqa: T201 - CloudWatch reads metrics from the log


def _metrics(reports: Sequence[WeekReport]) -> str:
    """Return the metrics of the weeks; what was compared with the week before counts for the newest of them alone."""
    curated = [report for report in reports if report.outcome is Outcome.CURATED]
    values = {metric: sum(getattr(report, name) for report in curated) for metric, name in _SUMMED.items()}
    if lines := sum(report.lines for report in curated):
        values[Metric.REJECTED_SHARE] = 100 * values[Metric.REJECTED_LINES] / lines
    if compared := [report.regressions for report in reports if report.regressions is not None]:
        values[Metric.REGRESSIONS] = len(compared[-1])
    return embedded_metrics(
        {Metric.CURATED_WEEKS: len(curated), **values},
        namespace=os.environ[Variable.METRIC_NAMESPACE],
        at=datetime.now(UTC),
    )
