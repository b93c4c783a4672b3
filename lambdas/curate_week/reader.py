"""Reads a week's objects ahead of their use, in the order of their use, with a bounded number of bytes in memory."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self

import obstore
from obstore.exceptions import PermissionDeniedError, PreconditionError

from lake.archive import ARCHIVED_CODE
from lambdas.curate_week.inputs import Source
from lambdas.curate_week.listing import RawObject

if TYPE_CHECKING:
    from obstore.store import S3Store

# Requests side by side: S3 takes some 20 ms to answer, and most objects are small.
THREADS: Final = 48
# Larger objects are read in parts of this size.
PART_BYTES: Final = 4 * 1024 * 1024
AHEAD_BYTES: Final = 32 * 1024 * 1024


class InputsChangedError(RuntimeError):
    """An object is no longer what the listing said; the week is to be listed again."""


class ArchivedError(RuntimeError):
    """An object that cannot be read before it is restored, which no listing tells; the message is one line."""

    @classmethod
    def of(cls, key: str) -> Self:
        """Return the error that names an object."""
        return cls(f"{key}: archived: restore the week's objects first")


class Reader(Protocol):
    """Gives the content of sources, in the order for which it was opened."""

    def read(self, source: Source) -> Iterator[bytes]:
        """Yield the content of the next source.

        Raise `InputsChangedError` where it is gone or another one, `ArchivedError` where it has to be restored.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Part:
    object: RawObject
    start: int
    end: int


class ReadAhead(AbstractContextManager["ReadAhead"]):
    """Gives the content of the sources, each once and in their order, as the listing saw it."""

    def __init__(self, store: "S3Store", sources: Iterable[Source]) -> None:
        """Take the bucket, and the sources in the order in which they will be read."""
        self._store = store
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="read")
        self._parts = (part for source in sources for part in _parts(source.object))
        self._next = next(self._parts, None)
        self._begun: deque[tuple[_Part, Future[bytes]]] = deque()
        self._ahead = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop what has not begun and wait for what has."""
        self._pool.shutdown(cancel_futures=True)

    def read(self, source: Source) -> Iterator[bytes]:
        """Yield the content of the next source, see `Reader`."""
        for expected in _parts(source.object):
            self._begin()
            part, content = self._begun.popleft()
            if part != expected:
                raise AssertionError(f"{expected} was read after {part}")
            yield content.result()
            self._ahead -= part.end - part.start

    def _begin(self) -> None:
        """Ask for further parts, always for one, as long as they fit."""
        while self._next and (not self._begun or self._ahead + self._next.end - self._next.start <= AHEAD_BYTES):
            self._begun.append((self._next, self._pool.submit(self._get, self._next)))
            self._ahead += self._next.end - self._next.start
            self._next = next(self._parts, None)

    def _get(self, part: _Part) -> bytes:
        try:
            answer = obstore.get(
                self._store,
                part.object.key,
                options={"if_match": f'"{part.object.etag}"', "range": (part.start, part.end)},
            )
            return bytes(answer.bytes())
        except (FileNotFoundError, PreconditionError):
            raise InputsChangedError(f"{part.object.key}: gone or changed since it was listed") from None
        except PermissionDeniedError as error:
            if ARCHIVED_CODE not in str(error):
                raise
            raise ArchivedError.of(part.object.key) from None


def _parts(object_: RawObject) -> Iterator[_Part]:
    for start in range(0, object_.size, PART_BYTES):
        yield _Part(object_, start, min(start + PART_BYTES, object_.size))
