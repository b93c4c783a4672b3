"""One run: from the lines of its objects to the rows that are kept. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from lake.lines import iter_lines
from lake.plain import plain_turns
from lake.scoring import LineError
from lambdas.curate_week.arrow import Rows
from lambdas.curate_week.guard import guard
from lambdas.curate_week.inputs import Source

# A run has 200 turns of some kilobytes. What is larger is read line by line, which bounds the memory.
_WHOLE_BYTES: Final = 4 * 1024 * 1024


class RejectedLine(NamedTuple):
    """A line that is no turn; its bytes are cut where the line is oversized."""

    key: str
    reason: str
    line: int
    raw: bytes


class _Line(NamedTuple):
    """A line that is kept, and where it came from."""

    content: bytes
    number: int
    source: Source


@dataclass(frozen=True, slots=True)
class CuratedRun:
    """What became of a run's lines: `lines` = the rows' `count` + rejected + duplicates."""

    rows: Sequence[Rows]
    lines: int
    rejected: int = 0
    duplicates: int = 0

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(len(rows.source_lines) for rows in self.rows)

    @property
    def size(self) -> int:
        """The bytes that the rows hold."""
        return sum(len(rows.content) for rows in self.rows)


def curate_run(
    sources: Sequence[Source],
    read: Callable[[Source], Iterable[bytes]],
    reject: Callable[[RejectedLine], None],
) -> CuratedRun:
    """Return the rows of one run, sorted by turn, from its sources in the order in which they win.

    Within an object the first valid line of a turn wins, and of two objects the earlier source.
    """
    if len(sources) > 1 or sources[0].object.size > _WHOLE_BYTES:
        return _line_by_line(sources, read, reject)
    (source,) = sources
    content = b"".join(read(source))
    turns = [turn.turn for turn in plain_turns(content, source.key)]
    if turns and turns == sorted({*turns}):
        rows = _rows(source, content, range(1, len(turns) + 1))
        return CuratedRun([rows], len(turns))
    return _line_by_line(sources, lambda _: [content], reject)


def _line_by_line(
    sources: Iterable[Source],
    read: Callable[[Source], Iterable[bytes]],
    reject: Callable[[RejectedLine], None],
) -> CuratedRun:
    kept: dict[int, _Line] = {}
    lines = rejected = duplicates = 0
    for source in sources:
        for number, line in iter_lines(read(source)):
            lines += 1
            try:
                turn, plain = guard(line, source.key)
            except LineError as error:
                rejected += 1
                reject(RejectedLine(source.object.key, error.reason, number, line))
                continue
            if turn in kept:
                duplicates += 1
                continue
            kept[turn] = _Line(plain, number, source)
    return CuratedRun([*_grouped(kept)], lines, rejected, duplicates)


def _grouped(kept: Mapping[int, _Line]) -> Iterator[Rows]:
    """Yield the lines by turn, those that follow each other in one object together."""
    for source, group in groupby((kept[turn] for turn in sorted(kept)), attrgetter("source")):
        lines = [*group]
        yield _rows(source, b"\n".join(line.content for line in lines), [line.number for line in lines])


def _rows(source: Source, content: bytes, numbers: Sequence[int]) -> Rows:
    ended = content if content.endswith(b"\n") else content + b"\n"
    return Rows(ended, str(source.key.dt), source.object.key, numbers)
