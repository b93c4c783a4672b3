"""Parts of a week: contiguous ranges of runs in the order of the output, each small enough for one invocation. Pure.

A part is the largest of these ranges that fits: the week, a model, a phase of it, then halves of the run ids' range.
So the bounds follow from the objects alone, and a late object moves none but those of its own part.
"""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Final

import msgspec

from lambdas.curate_week.inputs import CellSize, Run, WeekInputs, runs_of
from lambdas.curate_week.listing import Cell, RawObject, run_id_of
from schemas.curation import TURNS_VERSION

# The constants here belong to TURNS_VERSION. A tenth of what an invocation has the time for at the planned speed.
PART_WORK: Final = 4_000_000_000
# What an object takes besides its bytes, to be asked for, as bytes that take as long: a millisecond.
WORK_PER_OBJECT: Final = 40_000
# Crockford's base 32, in which run ids are written: https://github.com/ulid/spec
_DIGITS: Final = {character: value for value, character in enumerate("0123456789ABCDEFGHJKMNPQRSTVWXYZ")}
_BITS_A_DIGIT: Final = 5
_DIGITS_OF_ID: Final = 26
_RUN_ID_BITS: Final = _DIGITS_OF_ID * _BITS_A_DIGIT

_encode: Final = msgspec.json.Encoder().encode


class PartError(RuntimeError):
    """A part whose inputs are not what its name says; the message is one line."""


@dataclass(frozen=True)
class Part:
    """A range of runs; `digest` is over `inputs`: the version, then each object in reading order, as lines."""

    digest: str
    inputs: bytes


@dataclass(frozen=True)
class Bounds:
    """A part by where it ends: after so many `objects` of cells, in reading order, that no part before it has."""

    cells: tuple[Cell, ...]
    objects: int


def work(cells: Iterable[CellSize]) -> int:
    """Return what there is to read, in bytes of a single object that would take as long."""
    return sum(cell.size + cell.objects * WORK_PER_OBJECT for cell in cells)


def bounds_of(inputs: WeekInputs, *, most: int) -> Iterator[Bounds]:
    """Yield where the parts of a week end, in the order of the output; each is of up to `most` work, or one run."""
    for cells in _together(inputs.cells, most):
        sizes = [inputs.cells[cell] for cell in cells]
        if work(sizes) <= most:
            yield Bounds(cells, sum(cell.objects for cell in sizes))
        else:
            found = halves(*_runs_and_work(inputs.listed(cells)), most=most)
            yield from (Bounds(cells, end - start) for start, end in found)


def parts_of(inputs: WeekInputs, bounds: Iterable[Bounds]) -> Iterator[Part]:
    """Yield the parts that end there, one at a time."""
    for cells, group in groupby(bounds, lambda each: each.cells):
        objects = inputs.listed(cells)
        for each in group:
            yield _part(islice(objects, each.objects))


def _part(objects: Iterable[RawObject]) -> Part:
    content = b"\n".join([_encode(TURNS_VERSION), *map(_encode, objects), b""])
    return Part(hashlib.sha256(content).hexdigest(), content)


def read_part(digest: str, inputs: bytes) -> tuple[Run, ...]:
    """Return the runs of a part from its `inputs.jsonl`; raise `PartError` unless that is what the digest is over."""
    if hashlib.sha256(inputs).hexdigest() != digest:
        raise PartError(f"part {digest}: its inputs.jsonl is not what its name says: it is to be planned again")
    version, *objects = inputs.splitlines()
    if version != _encode(TURNS_VERSION):
        raise PartError(f"part {digest}: of version {version.decode()}, expected {TURNS_VERSION}")
    return runs_of(msgspec.json.decode(line, type=RawObject) for line in objects)


def _together(cells: Mapping[Cell, CellSize], most: int) -> Iterator[tuple[Cell, ...]]:
    """Yield all cells, or else those of each model, or else each, together as far as they fit."""

    def fit(some: Iterable[Cell]) -> bool:
        return work(cells[cell] for cell in some) <= most

    if cells and fit(cells):
        yield tuple(cells)
        return
    for _, group in groupby(cells, lambda cell: cell.model):
        of_model = tuple(group)
        if fit(of_model):
            yield of_model
        else:
            yield from ((cell,) for cell in of_model)


def _runs_and_work(objects: Iterable[RawObject]) -> tuple[Callable[[int], str], Sequence[int]]:
    """Return what gives the run id of each object, and how much work there is before each and after the last."""
    run_ids, until = bytearray(), array("Q", [0])
    for each in objects:
        run_ids += run_id_of(each).encode()
        until.append(until[-1] + each.size + WORK_PER_OBJECT)
    return lambda at: run_ids[at * _DIGITS_OF_ID : (at + 1) * _DIGITS_OF_ID].decode(), until


def halves(run_id: Callable[[int], str], until: Sequence[int], *, most: int) -> Iterator[tuple[int, int]]:
    """Yield where each part of a cell begins and ends among its objects, which `run_id` gives the ids of, in order.

    `until` is how much work there is before each object, and after the last.
    """

    def by_bit(start: int, end: int, bit: int) -> Iterator[tuple[int, int]]:
        if start == end:
            return
        if until[end] - until[start] <= most or run_id(start) == run_id(end - 1):
            yield start, end
            return
        middle = bisect_left(range(end), 1, start, end, key=lambda at: _number(run_id(at)) >> bit & 1)
        yield from by_bit(start, middle, bit - 1)
        yield from by_bit(middle, end, bit - 1)

    return by_bit(0, len(until) - 1, _RUN_ID_BITS - 1)


def _number(run_id: str) -> int:
    number = 0
    for character in run_id:
        number = number << _BITS_A_DIGIT | _DIGITS[character]
    return number
