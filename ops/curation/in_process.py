"""Curation by the deployed function's code in this process, without Lambda's limits: for backfills, large weeks."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from lake.listing import Bucket
from lambdas.curate_week.curator import Curator
from lambdas.curate_week.inputs import Source
from lambdas.curate_week.part_store import PartStore
from lambdas.curate_week.plan import targets
from lambdas.curate_week.reader import ReadAhead, Reader
from lambdas.curate_week.session import Session
from lambdas.curate_week.steps import Steps
from lambdas.curate_week.store import WeekStore
from ops.curation.engine import CurationFailedError, reports
from ops.curation.processes import Followed, log_failed
from ops.failures import UnusableError, attempt
from schemas.curation import CurationRequest, Next, PartTask, Progress, RequestError, WeekReport, requested_weeks
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from schemas.registry.phases import load_planned_turns

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from obstore.store import S3Store

# Does parts of a week, whatever one of them fails with: what counts is which parts are done.
DoParts = Callable[[Sequence[PartTask]], object]


@dataclass(frozen=True, kw_only=True)
class InProcessEngine:
    """Curates here; `follow` gets the bytes of each read, `today` decides which weeks there are.

    `side_by_side` does parts in other processes.
    """

    s3: "S3Client"
    objects: "S3Store"
    bucket: str
    today: date
    follow: Callable[[int], object]
    side_by_side: DoParts

    def ask(self, request: CurationRequest) -> list[WeekReport]:
        """Carry out the request and return what became of its weeks.

        Raise `CurationFailedError` if one failed, or `UnusableError` if any other would, as on a full disk.
        """
        curator = self._curator()
        of_parts: dict[str, WeekReport] = {}
        steps = Steps(curator, PartStore(curator.store), lambda report: of_parts.update({report.week: report}))

        def start(weeks: list[str]) -> str:
            ended = run_here(steps, Progress(weeks=weeks, force=request.force), self.side_by_side)
            if ended.failed:
                raise CurationFailedError("; ".join(ended.failed))
            return ""

        session = Session(curator, lambda: math.inf, start)
        try:
            weeks = targets(requested_weeks(request, current=Week.of(self.today)))
            carry_out = session.preview if request.dry_run else session.run
            results = carry_out(weeks, force=request.force)
        except RequestError as error:
            raise CurationFailedError(str(error)) from error
        for failure in results.failures:
            _raise_if_unusable(failure)
        known = {report.week: report for report in reports(results.report())} | of_parts
        return [known[week] for week in sorted(known)]

    def _curator(self) -> Curator:
        store = WeekStore(self.s3, self.bucket)
        return Curator(
            store,
            Bucket(self.bucket, self.s3, self.objects).pages,
            self._open_reader,
            load_models(),
            load_planned_turns(),
            time.monotonic,
            lambda: datetime.now(UTC),
        )

    @contextmanager
    def _open_reader(self, sources: Iterable[Source]) -> Iterator[Reader]:
        with ReadAhead(self.objects, sources) as reader:
            yield Followed(reader, self.follow)


def _raise_if_unusable(error: Exception) -> None:
    """Raise `UnusableError` where a week failed for what any other would fail for, such as expired credentials."""

    def fail() -> None:
        raise error

    if isinstance(error, ClientError | BotoCoreError | OSError | UnusableError):
        attempt(fail, str)


def run_here(steps: Steps, progress: Progress, side_by_side: DoParts) -> Progress:
    """Do what the state machine does, and return how it ended; a single part is done in this process."""
    while progress.next is Next.PLAN:
        planned = steps.plan(progress)
        tasks = steps.parts.to_do(planned.to_do_key) if planned.to_do else []
        if len(tasks) > 1:
            side_by_side(tasks)
        else:
            one_by_one(steps, tasks)
        progress = steps.finish(planned)
    return progress


def one_by_one(steps: Steps, tasks: Iterable[PartTask]) -> None:
    """Do parts in this process, whatever one of them fails with."""
    for task in tasks:
        try:
            steps.part(task)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other parts go on
            log_failed(task, error)
