"""One run: from the lines of its objects to the turns that are kept, in memory that a line and a batch bound."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from lake.lines import iter_lines
from lake.plain import plain_turns
from lake.records import RecordError
from lake.scoring import read_turn, utc
from lambdas.curate_week.arrow import Rows
from lambdas.curate_week.inputs import Source
from schemas.keys.layout import RawKey
from schemas.models import Turn

# A run has 200 turns of some kilobytes. Of what is larger, the turns are held on disk until all lines are read.
_HELD_BYTES: Final = 4 * 1024 * 1024
# Of turns that become one Arrow table.
BATCH_BYTES: Final = 2 * 1024 * 1024

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Turn).decode


class RejectedLine(NamedTuple):
    """A line that is no turn; its bytes are cut where the line is oversized."""

    key: str
    reason: str
    line: int
    raw: bytes


@dataclass
class LineCounts:
    """What became of the lines: `lines` = rows + rejected + duplicates."""

    lines: int = 0
    rejected: int = 0
    duplicates: int = 0


class _Kept(NamedTuple):
    """A turn that is kept: where it came from, and where its bytes are held."""

    source: Source
    line: int
    start: int
    size: int


def curate_run(
    sources: Sequence[Source],
    read: Callable[[Source], Iterable[bytes]],
    reject: Callable[[RejectedLine], None],
    counts: LineCounts,
) -> Iterator[Rows]:
    """Yield the rows of one run, sorted by turn, from its sources in the order in which they win.

    Within an object the first valid line of a turn wins, and of two objects the earlier source.
    """
    if len(sources) > 1 or sources[0].object.size > _HELD_BYTES:
        yield from _line_by_line(sources, read, reject, counts)
        return
    (source,) = sources
    content = b"".join(read(source))
    turns = plain_turns(content, source.key)
    numbers = [turn.turn for turn in turns]
    if turns and numbers == sorted({*numbers}):
        counts.lines += len(turns)
        yield _rows(source, turns, range(1, len(turns) + 1), len(content))
    else:
        yield from _line_by_line(sources, lambda _: [content], reject, counts)


def _line_by_line(
    sources: Iterable[Source],
    read: Callable[[Source], Iterable[bytes]],
    reject: Callable[[RejectedLine], None],
    counts: LineCounts,
) -> Iterator[Rows]:
    kept: dict[int, _Kept] = {}
    with SpooledTemporaryFile(_HELD_BYTES) as held:
        for source in sources:
            for number, line in iter_lines(read(source)):
                counts.lines += 1
                try:
                    turn = _turn(line, source.key)
                except RecordError as error:
                    counts.rejected += 1
                    reject(RejectedLine(source.object.key, error.reason, number, line))
                    continue
                if turn.turn in kept:
                    counts.duplicates += 1
                    continue
                content = _encode(turn)
                kept[turn.turn] = _Kept(source, number, held.tell(), len(content))
                held.write(content)
        yield from _batches(kept, held)


def _turn(line: bytes, key: RawKey) -> Turn:
    """Return the turn of a line, its time in UTC; raise `RecordError` where the line is no turn."""
    for turn in plain_turns(line, key):
        return turn
    turn = read_turn(line, key)
    return replace(turn, timestamp=utc(turn.timestamp))


def _batches(kept: Mapping[int, _Kept], held: SpooledTemporaryFile[bytes]) -> Iterator[Rows]:
    """Yield the turns by number, those that follow each other in one object together, up to a batch."""
    batch: list[_Kept] = []
    size = 0
    for number in sorted(kept):
        each = kept[number]
        if batch and (each.source is not batch[0].source or size >= BATCH_BYTES):
            yield _read_back(batch, held, size)
            batch, size = [], 0
        batch.append(each)
        size += each.size
    if batch:
        yield _read_back(batch, held, size)


def _read_back(batch: Sequence[_Kept], held: SpooledTemporaryFile[bytes], size: int) -> Rows:
    turns = []
    for each in batch:
        held.seek(each.start)
        turns.append(_decode(held.read(each.size)))
    return _rows(batch[0].source, turns, [each.line for each in batch], size)


def _rows(source: Source, turns: Sequence[Turn], numbers: Sequence[int], size: int) -> Rows:
    return Rows(turns, str(source.key.dt), source.object.key, numbers, size)
