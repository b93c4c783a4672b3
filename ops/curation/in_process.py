"""Curation by the deployed function's code in this process, without Lambda's limits: for backfills, large weeks."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.curate_week.curator import Curator, Reader
from lambdas.curate_week.inputs import Source
from lambdas.curate_week.plan import targets
from lambdas.curate_week.reader import ReadAhead
from lambdas.curate_week.session import Session
from lambdas.curate_week.store import WeekStore
from ops.curation.engine import CurationFailedError, reports
from ops.failures import UnusableError, attempt
from schemas.curation import CurationRequest, RequestError, WeekReport, requested_weeks
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from obstore.store import S3Store


@dataclass(frozen=True)
class _Followed:
    """A reader that passes on how many bytes it has read."""

    reader: Reader
    follow: Callable[[int], object]

    def read(self, source: Source) -> Iterator[bytes]:
        for content in self.reader.read(source):
            self.follow(len(content))
            yield content


@dataclass(frozen=True, kw_only=True)
class InProcessEngine:
    """Curates here; `follow` gets the bytes of each read, `today` decides which weeks there are."""

    s3: "S3Client"
    objects: "S3Store"
    bucket: str
    today: date
    follow: Callable[[int], object]

    def ask(self, request: CurationRequest) -> list[WeekReport]:
        """Carry out the request and return what became of its weeks.

        Raise `CurationFailedError` if one failed, or `UnusableError` if any other would, as on a full disk.
        """
        session = Session(self._curator(), lambda: math.inf, _never, largest=math.inf)
        try:
            weeks = targets(requested_weeks(request, current=Week.of(self.today)))
            carry_out = session.preview if request.dry_run else session.run
            results = carry_out(weeks, force=request.force)
        except RequestError as error:
            raise CurationFailedError(str(error)) from error
        for failure in results.failures:
            _raise_if_unusable(failure)
        return reports(results.report())

    def _curator(self) -> Curator:
        return Curator(WeekStore(self.s3, self.bucket), self._open_reader, load_models(), time.monotonic)

    @contextmanager
    def _open_reader(self, sources: Iterable[Source]) -> Iterator[Reader]:
        with ReadAhead(self.objects, sources) as reader:
            yield _Followed(reader, self.follow)


def _raise_if_unusable(error: Exception) -> None:
    """Raise `UnusableError` where a week failed for what any other would fail for, such as expired credentials."""

    def fail() -> None:
        raise error

    if isinstance(error, ClientError | BotoCoreError | OSError | UnusableError):
        attempt(fail, str)


def _never(weeks: list[str]) -> None:
    raise AssertionError(f"handed over although there is time: {weeks}")
