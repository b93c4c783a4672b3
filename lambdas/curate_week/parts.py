"""Parts of a week: contiguous ranges of runs in the order of the output, each small enough for one invocation. Pure.

A part is the largest of these ranges that fits: the week, a model, a phase of it, then halves of the run ids' range.
So the bounds follow from the objects alone, and a late object moves none but those of its own part.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from typing import Final

import msgspec

from lambdas.curate_week.inputs import RawObject, Run, WeekInputs, runs_of
from schemas.curation import TURNS_VERSION

# The constants here belong to TURNS_VERSION. A tenth of what an invocation has the time for at the planned speed.
PART_WORK: Final = 4_000_000_000
# What an object takes besides its bytes, to be asked for, as bytes that take as long: a millisecond.
WORK_PER_OBJECT: Final = 40_000
# Crockford's base 32, in which run ids are written: https://github.com/ulid/spec
_DIGITS: Final = {character: value for value, character in enumerate("0123456789ABCDEFGHJKMNPQRSTVWXYZ")}
_BITS_A_DIGIT: Final = 5
_RUN_ID_BITS: Final = 26 * _BITS_A_DIGIT
_LEVELS: Final = 2

_encode: Final = msgspec.json.Encoder().encode


class PartError(RuntimeError):
    """A part whose inputs are not what its name says; the message is one line."""


@dataclass(frozen=True)
class Part:
    """A range of runs; `digest` is over `inputs`: the version, then each object in reading order, as lines."""

    digest: str
    inputs: bytes
    runs: Sequence[Run]


def work(runs: Sequence[Run]) -> int:
    """Return what there is to read, in bytes of a single object that would take as long."""
    return sum(map(_work, runs))


def _work(run: Run) -> int:
    return sum(source.object.size + WORK_PER_OBJECT for source in run)


def parts_of(inputs: WeekInputs, *, most: int) -> list[Part]:
    """Return the parts of a week in the order of the output, each of up to `most` work or of a single run."""
    runs = inputs.runs
    names = [(run[0].key.model, str(run[0].key.phase), run[0].key.run_id) for run in runs]
    return [_part(runs[start:end]) for start, end in bounds(names, [*map(_work, runs)], most=most)]


def _part(runs: Sequence[Run]) -> Part:
    lines = [_encode(TURNS_VERSION)]
    lines += [_encode([each.object.key, each.object.etag, each.object.size]) for run in runs for each in run]
    inputs = b"\n".join(lines) + b"\n"
    return Part(hashlib.sha256(inputs).hexdigest(), inputs, runs)


def read_part(digest: str, inputs: bytes) -> Part:
    """Return the part from its `inputs.jsonl`; raise `PartError` unless that is what the digest is over."""
    if hashlib.sha256(inputs).hexdigest() != digest:
        raise PartError(f"part {digest}: its inputs.jsonl is not what its name says: it is to be planned again")
    version, *objects = inputs.splitlines()
    if version != _encode(TURNS_VERSION):
        raise PartError(f"part {digest}: of version {version.decode()}, expected {TURNS_VERSION}")
    runs, _ = runs_of([RawObject(*msgspec.json.decode(line, type=tuple[str, str, int])) for line in objects])
    return Part(digest, inputs, runs)


def bounds(names: Sequence[tuple[str, str, str]], works: Sequence[int], *, most: int) -> Iterator[tuple[int, int]]:
    """Yield where each part begins and ends, among (model, phase, run id) in the order of the output."""
    until = [0, *accumulate(works)]

    def fits(start: int, end: int) -> bool:
        return until[end] - until[start] <= most or end - start == 1

    def by_name(start: int, end: int, level: int) -> Iterator[tuple[int, int]]:
        if fits(start, end):
            yield start, end
        elif level == _LEVELS:
            yield from by_bit(start, end, _RUN_ID_BITS - 1)
        else:
            while start < end:
                name = names[start][level]
                stop = bisect_right(names, name, start, end, key=itemgetter(level))
                yield from by_name(start, stop, level + 1)
                start = stop

    def by_bit(start: int, end: int, bit: int) -> Iterator[tuple[int, int]]:
        if start == end:
            return
        if fits(start, end):
            yield start, end
            return
        middle = bisect_left(names, 1, start, end, key=lambda each: _number(each[2]) >> bit & 1)
        yield from by_bit(start, middle, bit - 1)
        yield from by_bit(middle, end, bit - 1)

    if names:
        yield from by_name(0, len(names), 0)


def _number(run_id: str) -> int:
    number = 0
    for character in run_id:
        number = number << _BITS_A_DIGIT | _DIGITS[character]
    return number
