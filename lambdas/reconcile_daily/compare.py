"""Compares what the bucket holds with what the index says of it, object by object, both in the order of their keys.

Pure; only one object is in memory. `inventory.py` reads both sides.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

from schemas.run_index import run_id_of


class DifferenceKind(StrEnum):
    """How bucket and index disagree on one object."""

    MISSING_ITEM = "missing_item"
    STALE_ITEM = "stale_item"
    ORPHAN_ITEM = "orphan_item"
    MISPLACED_ITEM = "misplaced_item"
    """It lies under another partition key than its object's, where no reader of the run finds it."""


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of an object there is, or an item describes; a listing has no `version_id`."""

    version_id: str | None
    etag: str

    def is_same(self, other: "Version") -> bool:
        """Return whether they are one version, or as far as a listing can say have the same content."""
        if self.version_id is None or other.version_id is None:
            return self.etag == other.etag
        return self == other


@dataclass(frozen=True, slots=True)
class StoredObject:
    """The current version of a raw object: `size` in bytes, stored at the aware time `modified`.

    One that is `archived` cannot be read before it is restored.
    """

    key: str
    version: Version
    size: int
    modified: datetime
    archived: bool = False


@dataclass(frozen=True, slots=True)
class IndexedObject:
    """What an item of the runs table says."""

    run_id: str
    key: str
    version: Version


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement; a side that has nothing is None."""

    kind: DifferenceKind
    key: str
    run_id: str
    stored: Version | None = None
    indexed: Version | None = None


@dataclass(frozen=True, slots=True)
class State:
    """One key as bucket and index have it: of several items one at most lies where the object's item must."""

    key: str
    stored: StoredObject | None
    items: tuple[IndexedObject, ...]

    def differences(self) -> list[Difference]:
        """Return how the two disagree; an item in another place is not the object's item."""
        run_id = run_id_of(self.key)
        found = [
            Difference(DifferenceKind.MISPLACED_ITEM, self.key, item.run_id, indexed=item.version)
            for item in self.items
            if item.run_id != run_id
        ]
        item = next((item for item in self.items if item.run_id == run_id), None)
        stored = self.stored.version if self.stored else None
        indexed = item.version if item else None
        if (stored or indexed) and not (stored and indexed and stored.is_same(indexed)):
            found.append(Difference(_kind(stored, indexed), self.key, run_id, stored, indexed))
        return found


def _kind(stored: Version | None, indexed: Version | None) -> DifferenceKind:
    if indexed is None:
        return DifferenceKind.MISSING_ITEM
    return DifferenceKind.STALE_ITEM if stored else DifferenceKind.ORPHAN_ITEM


def states(stored: Iterable[StoredObject], items: Iterable[IndexedObject]) -> Iterator[State]:
    """Yield the state of each key that either side has; both must be in the order of their keys."""
    sides: Iterable[StoredObject | IndexedObject] = heapq.merge(stored, items, key=attrgetter("key"))
    for key, group in groupby(sides, attrgetter("key")):
        both = [*group]
        stored_object = next((side for side in both if isinstance(side, StoredObject)), None)
        yield State(key, stored_object, tuple(side for side in both if isinstance(side, IndexedObject)))
