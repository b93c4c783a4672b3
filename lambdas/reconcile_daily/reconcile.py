"""Finds what bucket and index disagree on, by week, and confirms it by a second look. Its edges are passed in."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from lambdas.reconcile_daily.compare import Difference, DifferenceKind, State
from lambdas.reconcile_daily.items import RunsOnDisk, runs_on_disk
from schemas.keys.grammar import KeyGrammarError
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week
from schemas.run_index import week_of

# An event takes seconds; one that was throttled, or failed and is tried again, takes minutes.
SETTLING: Final = timedelta(minutes=5)
# Second looks that run side by side, and how many differences wait for theirs.
LOOKS: Final = 16
_BATCH: Final = 1000
# Differences and runs that are kept to be shown; all are counted.
KEPT: Final = 1000

_ON_THE_WAY: Final = frozenset({DifferenceKind.MISSING_ITEM, DifferenceKind.STALE_ITEM})


@dataclass
class WeekCount:
    """What was compared of one week; `under_way` are objects so new that their events may still be on the way."""

    objects: int = 0
    items: int = 0
    under_way: int = 0
    differences: Counter[DifferenceKind] = field(default_factory=Counter)


@dataclass(frozen=True)
class Run:
    """A run of several objects that are no duplicates of each other: in two weeks, or under two models or phases."""

    run_id: str
    keys: tuple[str, ...]


@dataclass
class Reconciliation:
    """What was compared and found; objects whose key is not in the grammar are counted under None.

    Runs in two weeks or cells are no differences: nothing is wrong with either store, and nothing is dropped.
    """

    weeks: defaultdict[Week | None, WeekCount] = field(default_factory=lambda: defaultdict(WeekCount))
    first_differences: list[Difference] = field(default_factory=list)
    runs_in_two_weeks: list[Run] = field(default_factory=list)
    runs_in_two_cells: list[Run] = field(default_factory=list)

    @property
    def reconciled(self) -> bool:
        """Whether bucket and index agree on every object."""
        return not self.counts()

    @property
    def objects(self) -> int:
        """How many objects were compared."""
        return sum(week.objects for week in self.weeks.values())

    @property
    def items(self) -> int:
        """How many items were compared."""
        return sum(week.items for week in self.weeks.values())

    @property
    def under_way(self) -> int:
        """How many objects are so new that their events may still be on the way."""
        return sum(week.under_way for week in self.weeks.values())

    def counts(self) -> Counter[DifferenceKind]:
        """Return how many differences there are of each kind."""
        return sum((week.differences for week in self.weeks.values()), Counter())

    def add(self, difference: Difference) -> None:
        """Take in a difference."""
        self.weeks[week_of(difference.key)].differences[difference.kind] += 1
        if len(self.first_differences) < KEPT:
            self.first_differences.append(difference)

    def see(self, state: State) -> None:
        """Take in a state as it was read."""
        week = self.weeks[week_of(state.key)]
        week.objects += state.stored is not None
        week.items += len(state.items)

    def see_run(self, run_id: str, keys: Iterable[str]) -> None:
        """Take in a partition key of several items."""
        parsed = [key for key in map(_parsed, keys) if key and key.run_id == run_id]
        run = Run(run_id, tuple(str(key) for key in parsed))
        if len({Week.of(key.dt) for key in parsed}) > 1 and len(self.runs_in_two_weeks) < KEPT:
            self.runs_in_two_weeks.append(run)
        if len({(key.model, key.phase) for key in parsed}) > 1 and len(self.runs_in_two_cells) < KEPT:
            self.runs_in_two_cells.append(run)


def _parsed(key: str) -> RawKey | None:
    try:
        return RawKey.parse(key)
    except KeyGrammarError:
        return None


def count(states: Iterable[State]) -> None:
    """Take the states that differ, and do nothing with them but to count them."""
    for _ in states:
        pass


def reconcile(
    states: Iterable[State],
    *,
    look_again: Callable[[State], State],
    now: datetime,
    settling: timedelta,
    act: Callable[[Iterator[State]], object] = count,
) -> Reconciliation:
    """Return how bucket and index disagree, from the states of all keys, in any order.

    What differs is read once more by `look_again`, many side by side. What differs then too goes to `act`, as it is
    found. An object that was stored less than `settling` before `now` is given time.
    """
    found = Reconciliation()
    with runs_on_disk() as runs:
        act(_confirmed(_seen(states, found, runs), found, look_again, now - settling))
        for run_id, keys in runs.of_several_objects():
            found.see_run(run_id, keys)
    return found


def _seen(states: Iterable[State], found: Reconciliation, runs: RunsOnDisk) -> Iterator[State]:
    for state in states:
        found.see(state)
        if state.items:
            runs.add(state.items)
        yield state


def _confirmed(
    states: Iterable[State], found: Reconciliation, look_again: Callable[[State], State], settled: datetime
) -> Iterator[State]:
    differing = (state for state in states if state.differences())
    for state in _looked_at_again(differing, look_again):
        differences = state.differences()
        if differences and _is_under_way(state, differences, settled):
            found.weeks[week_of(state.key)].under_way += 1
        elif differences:
            for difference in differences:
                found.add(difference)
            yield state


def _looked_at_again(states: Iterator[State], look_again: Callable[[State], State]) -> Iterator[State]:
    with ThreadPoolExecutor(LOOKS) as pool:
        while batch := [*islice(states, _BATCH)]:
            yield from pool.map(look_again, batch)


def _is_under_way(state: State, differences: Iterable[Difference], settled: datetime) -> bool:
    young = state.stored is not None and state.stored.modified > settled
    return young and all(difference.kind in _ON_THE_WAY for difference in differences)
