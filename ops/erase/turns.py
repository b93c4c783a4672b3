"""Takes single turns out of a raw object: every other line stays as it is, byte by byte."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from lake.records import is_too_deep

# Metadata of an object that turns were taken out of: their numbers, joined by ','.
ERASED_TURNS: Final = "erased-turns"


class _Numbered(msgspec.Struct):
    turn: int


# Not strict: a number that is written as text tells the turn of a line that is refused.
_decode: Final = msgspec.json.Decoder(_Numbered, strict=False).decode
_BOM: Final = b"\xef\xbb\xbf"


@dataclass
class TakenOut:
    """How many lines were taken out, how many are left, and of how many nobody can tell the turn."""

    taken: int = 0
    left: int = 0
    unreadable: int = 0


def without_turns(lines: Iterable[bytes], turns: Collection[int], count: TakenOut) -> Iterator[bytes]:
    """Yield the lines of other turns, and those that have none that can be read; count them all."""
    for line in lines:
        turn = _turn(line)
        if turn in turns:
            count.taken += 1
            continue
        if line.strip():
            count.left += 1
            count.unreadable += turn is None
        yield line


def _turn(line: bytes) -> int | None:
    try:
        return None if is_too_deep(line) else _decode(line.removeprefix(_BOM)).turn
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def erased_turns(metadata: str) -> frozenset[int]:
    """Return the turns that were taken out of an object already, by its metadata."""
    return frozenset(int(number) for number in metadata.split(",") if number.isdecimal())


def as_metadata(turns: Iterable[int]) -> str:
    """Return the metadata of an object that these turns were taken out of."""
    return ",".join(map(str, sorted(turns)))
