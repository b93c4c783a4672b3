"""Does the parts of a week side by side in processes of this machine."""

import logging
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from lambdas.curate_week.inputs import Source
from lambdas.curate_week.part_store import PartStore
from lambdas.curate_week.reader import ReadAhead, Reader
from lambdas.curate_week.store import WeekStore
from ops.aws import Access
from ops.parallel import in_parallel
from schemas.curation import PartTask
from schemas.keys.weeks import Week

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Followed:
    """A reader that passes on how many bytes it has read."""

    reader: Reader
    follow: Callable[[int], object]

    def read(self, source: Source) -> Iterator[bytes]:
        """Yield the content of the next source, see `Reader`."""
        for content in self.reader.read(source):
            self.follow(len(content))
            yield content


def log_failed(task: PartTask, error: Exception) -> None:
    """Log that a part failed: what counts is which parts are done."""
    _log.warning("part failed", exc_info=error, extra={"week": task.week, "part": task.digest})


@dataclass(frozen=True)
class PartsSideBySide:
    """Does parts in processes; `access` gives credentials that are good now, `follow` gets the bytes of each part."""

    access: Callable[[], Access]
    bucket: str
    follow: Callable[[int], object]
    processes: int = field(default_factory=lambda: os.cpu_count() or 1)

    def __call__(self, tasks: Sequence[PartTask]) -> None:
        """Do the parts, whatever one of them fails with."""
        for _ in in_parallel(self._do, tasks, workers=self.processes):
            pass

    def _do(self, task: PartTask) -> None:
        try:
            # A fork would copy locks that threads hold. A process a part has credentials that are as new as can be.
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                self.follow(pool.submit(_do, self.access(), self.bucket, task).result())
        except Exception as error:  # noqa: BLE001 - whatever it is, the other parts go on
            log_failed(task, error)


def _do(access: Access, bucket: str, task: PartTask) -> int:
    """Do a part in this process, which was started for it; return how many bytes were read."""
    aws, read = access.aws(), list[int]()
    objects = aws.objects(bucket)

    @contextmanager
    def open_reader(sources: Iterable[Source]) -> Iterator[Reader]:
        with ReadAhead(objects, sources) as reader:
            yield Followed(reader, read.append)

    PartStore(WeekStore(aws.s3(), bucket)).curate(Week.parse(task.week), task.digest, open_reader)
    return sum(read)
