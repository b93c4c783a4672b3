"""One run: from the lines of its objects to the rows that are kept. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from lambdas.curate_week.arrow import Row
from lambdas.curate_week.guard import guard
from lambdas.curate_week.inputs import Source
from schemas.lines import iter_lines
from schemas.scoring import LineError


class RejectedLine(NamedTuple):
    """A line that is no turn; its bytes are cut where the line is oversized."""

    key: str
    reason: str
    line: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class CuratedRun:
    """What became of a run's lines: `lines` = rows + rejected + duplicates. `size` is the bytes that rows hold."""

    rows: list[Row]
    lines: int
    rejected: int
    duplicates: int
    size: int


def curate_run(
    sources: Iterable[Source],
    read: Callable[[Source], Iterable[bytes]],
    reject: Callable[[RejectedLine], None],
) -> CuratedRun:
    """Return the rows of one run, sorted by turn, from its sources in the order in which they win.

    Within an object the first valid line of a turn wins, and of two objects the earlier source.
    """
    kept: dict[int, Row] = {}
    lines = rejected = duplicates = size = 0
    for source in sources:
        key, source_key, dt = source.key, source.object.key, str(source.key.dt)
        for number, line in iter_lines(read(source)):
            lines += 1
            try:
                turn, plain = guard(line, key)
            except LineError as error:
                rejected += 1
                reject(RejectedLine(source_key, error.reason, number, line))
                continue
            if turn in kept:
                duplicates += 1
                continue
            kept[turn] = Row(plain, dt, source_key, number)
            size += len(plain)
    return CuratedRun([kept[turn] for turn in sorted(kept)], lines, rejected, duplicates, size)
