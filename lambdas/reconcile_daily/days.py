"""Reads the states of a range's keys from bucket and index day by day, which costs the range and not history."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from lake.listing import Bucket
from lake.parallel import side_by_side
from lambdas.reconcile_daily.compare import State, states
from lambdas.reconcile_daily.inventory import items_of_day, scanned_items, stored_objects
from lambdas.reconcile_daily.items import in_key_order
from schemas.keys.raw_range import RawRange
from schemas.run_index import DAY_OF_BAD_KEYS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Days that are read side by side.
_WORKERS: Final = 7
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class DayRange:
    """A day, and the keys from its first one up to the next day's."""

    day: date
    keys: RawRange


def day_ranges(within: RawRange, *, today: date) -> list[DayRange]:
    """Return the days of a range, which together cover it; it must begin with a day.

    One without an end has its last day tomorrow, since runners' clocks differ, whose keys are all that come after.
    """
    first = within.first_day
    if first is None:
        raise ValueError(f"{within}: expected a range that begins with a day")
    last = max(first, within.last_day or today + _DAY)
    days = [first + n * _DAY for n in range((last - first).days + 1)]
    bounds = [within.first, *(RawRange.days(day, None).first for day in days[1:]), within.beyond]
    return [DayRange(day, RawRange(*bounds[at : at + 2])) for at, day in enumerate(days)]


@dataclass(frozen=True)
class Stores:
    """The two stores that are compared."""

    bucket: Bucket
    dynamodb: "DynamoDBClient"
    table: str

    def states(self, within: RawRange, *, today: date) -> Iterator[State]:
        """Yield the state of each key of a range, whose days are read side by side; it must begin with a day."""
        days: Iterable[Callable[[], Iterable[State]]] = (
            partial(self._states_of_day, each) for each in day_ranges(within, today=today)
        )
        return side_by_side(days, workers=_WORKERS)

    def _states_of_day(self, each: DayRange) -> Iterator[State]:
        # Keys outside the grammar lie between those of the day, and have a partition of their own in the index.
        items = [items_of_day(self.dynamodb, self.table, day, each.keys) for day in (str(each.day), DAY_OF_BAD_KEYS)]
        return states(stored_objects(self.bucket, each.keys), heapq.merge(*items, key=attrgetter("key")))

    def all_states(self, within: RawRange) -> Iterator[State]:
        """Yield the state of each key of a range, from a scan of the whole table.

        It also finds items of other days than the range's, and those that `DayIndex` lacks.
        """
        with in_key_order(scanned_items(self.dynamodb, self.table, within)) as items:
            yield from states(stored_objects(self.bucket, within), items)
