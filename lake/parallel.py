"""Reads several sources side by side, with little of each in memory."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Final, TypeVar

_T = TypeVar("_T")
# What is taken from a source at a time: enough that threads seldom meet.
_BATCH: Final = 1000


def side_by_side(sources: Iterable[Callable[[], Iterable[_T]]], *, workers: int) -> Iterator[_T]:
    """Yield what all sources give, each in its own order; the first error ends it.

    While a batch is used the next one of each of `workers` sources is being read.
    """
    waiting = iter(sources)
    reading: dict[Future[list[_T]], Iterator[_T]] = {}
    with ThreadPoolExecutor(workers) as pool:

        def read(source: Iterator[_T]) -> None:
            reading[pool.submit(_batch, source)] = source

        for first in islice(waiting, workers):
            read(iter(first()))
        while reading:
            done, _ = wait(reading, return_when=FIRST_COMPLETED)
            for each in done:
                source, batch = reading.pop(each), each.result()
                if batch:
                    read(source)
                elif following := next(waiting, None):
                    read(iter(following()))
                yield from batch


def _batch(source: Iterator[_T]) -> list[_T]:
    return [*islice(source, _BATCH)]
