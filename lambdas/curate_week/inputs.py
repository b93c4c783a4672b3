"""What a week is made of: its raw objects, in the order of the output, and the digest that stands for them.

A listing of any size is read page by page; in memory are its cells, and what is refused.
"""

import hashlib
import heapq
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Final, Self

from lambdas.curate_week.listing import Cell, Listed, ListedDay, RawObject, run_id_of
from schemas.curation import SUMMARY_VERSION, TURNS_VERSION
from schemas.keys.grammar import KeyGrammarError, Phase
from schemas.keys.layout import RAW_PREFIX, RawKey
from schemas.keys.weeks import Week
from schemas.models import ModelConfig

# A run of more bytes would not fit on the disk of a function beside its turns; belongs to TURNS_VERSION.
LARGEST_RUN: Final = 6_000_000_000
TOO_LARGE: Final = "too_large"
_DAYS: Final = 7

# Yields the objects of a folder, which ends with '/', in key order, page by page.
ListPages = Callable[[str], Iterable[Sequence[Listed]]]


@dataclass(frozen=True)
class Source:
    """A raw object whose key is in the grammar."""

    key: RawKey
    object: RawObject


# The sources of one run, in the order in which they win: the greater day first, then the greater key.
Run = tuple[Source, ...]


@dataclass(frozen=True)
class RefusedObject:
    """A raw object that is refused as a whole, and why."""

    key: str
    reason: str


def count_refused(refused: Iterable[RefusedObject]) -> tuple[int, int]:
    """Return how many objects are refused for their key, and how many for the size of their run."""
    reasons = Counter(object_.reason == TOO_LARGE for object_ in refused)
    return reasons[False], reasons[True]


@dataclass(frozen=True)
class CellSize:
    """How many objects of a cell are to be read, and their bytes."""

    objects: int = 0
    size: int = 0

    def __add__(self, other: "CellSize") -> "CellSize":
        """Return the sum of both."""
        return CellSize(self.objects + other.objects, self.size + other.size)


@dataclass(frozen=True)
class WeekInputs:
    """The raw objects of one week.

    `objects` counts all that were listed, `cells` those to be read, in the order of the output.
    """

    week: Week
    days: Sequence[ListedDay]
    objects: int
    cells: Mapping[Cell, CellSize]
    refused: tuple[RefusedObject, ...]

    @classmethod
    def empty(cls, week: Week) -> Self:
        """Return the inputs of a week that is not listed."""
        return cls(week, (), 0, {}, ())

    @property
    def size(self) -> int:
        """The bytes to read."""
        return sum(cell.size for cell in self.cells.values())

    def listed(self, cells: Iterable[Cell]) -> Iterator[RawObject]:
        """Yield the objects of cells in the order in which they are read."""
        too_large = {each.key for each in self.refused if each.reason == TOO_LARGE}
        found = chain.from_iterable(_in_order(self.days, cell) for cell in cells)
        return (each for each in found if each.key not in too_large) if too_large else found

    def runs(self) -> tuple[Run, ...]:
        """Return all runs in the order of the output: for a week that one pass does."""
        return runs_of(self.listed(self.cells))

    def generated_from(self, models: Mapping[str, ModelConfig], turns: Mapping[Phase, int]) -> str:
        """Return the SHA-256 over everything that decides the week's files, prices and planned turns among it.

        It is taken of the JSON of versions, key and ETag of each object in key order, prices, and turns.
        """
        ids = sorted({cell.model for cell in self.cells} & models.keys())
        prices = [[name, models[name].cost_per_1m_prompt, models[name].cost_per_1m_completion] for name in ids]
        digest = hashlib.sha256(f"[{TURNS_VERSION}, {SUMMARY_VERSION}, [".encode())
        separator = b""
        for pairs in chain.from_iterable(day.pairs() for day in self.days):
            digest.update(separator + pairs)
            separator = b", "
        digest.update(f"], {json.dumps([prices, sorted(turns.items())])[1:]}".encode())
        return digest.hexdigest()


def list_week(week: Week, list_pages: ListPages) -> WeekInputs:
    """Return the inputs of a week from the listings of its days, which run side by side."""

    def listed(folder: str) -> ListedDay:
        # Of a run that is too large, which has an object a day at most, one object at least is that large.
        return ListedDay(list_pages(folder), large_from=LARGEST_RUN // _DAYS)

    with ThreadPoolExecutor(_DAYS) as pool:
        days = [*pool.map(listed, [f"{RAW_PREFIX}dt={day}/" for day in week.days()])]
    refused = [_refused(key) for day in days for key in day.bad_keys]
    cells: dict[Cell, CellSize] = {}
    for day in days:
        for cell, found in day.cells.items():
            cells[cell] = cells.get(cell, CellSize()) + CellSize(found.objects, found.size)
    for large, cell in sorted(_too_large(days)):
        cells[cell] += CellSize(-1, -large.size)
        refused.append(RefusedObject(large.key, TOO_LARGE))
    read = {cell: cells[cell] for cell in sorted(cells) if cells[cell].objects}
    return WeekInputs(week, days, sum(day.objects for day in days), read, tuple(refused))


def week_inputs(week: Week, objects: Iterable[Listed]) -> WeekInputs:
    """Return the inputs of a week from all objects under its seven days' prefixes, in any order."""
    found = sorted(objects, key=lambda each: each.key)
    return list_week(week, lambda folder: [[each for each in found if each.key.startswith(folder)]])


def runs_of(objects: Iterable[RawObject]) -> tuple[Run, ...]:
    """Return the runs of objects that are in the order in which they are read."""
    sources = (Source(RawKey.parse(each.key), each) for each in objects)
    return tuple(tuple(group) for _, group in groupby(sources, _run))


def _in_order(days: Iterable[ListedDay], cell: Cell) -> Iterator[RawObject]:
    """Return a cell's objects by run; of one run that of the greatest day is the first."""
    return heapq.merge(*(day.of_cell(cell) for day in reversed([*days])), key=run_id_of)


def _too_large(days: Sequence[ListedDay]) -> Iterator[tuple[RawObject, Cell]]:
    """Yield the objects of runs that are too large."""
    for cell, run_id in {large for day in days for large in day.large}:
        objects = [each for each in _in_order(days, cell) if run_id_of(each) == run_id]
        if sum(each.size for each in objects) > LARGEST_RUN:
            yield from ((each, cell) for each in objects)


def _refused(key: str) -> RefusedObject:
    try:
        RawKey.parse(key)
    except KeyGrammarError as error:
        return RefusedObject(key, f"bad_key:{error.part}" if error.part else "bad_key")
    raise AssertionError(f"{key!r}: refused, and in the grammar")


def _run(source: Source) -> tuple[str, str, str]:
    return source.key.model, source.key.phase, source.key.run_id
