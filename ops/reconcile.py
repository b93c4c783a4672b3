"""Compares what the bucket holds with what the index says of it, object by object.

Pure; `inventory.py` reads both.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class DifferenceKind(StrEnum):
    """How bucket and index disagree on one object."""

    MISSING_ITEM = "missing_item"
    STALE_ITEM = "stale_item"
    ORPHAN_ITEM = "orphan_item"
    MISPLACED_ITEM = "misplaced_item"


@dataclass(frozen=True)
class Version:
    """Which version of an object there is, or an item describes."""

    version_id: str
    etag: str


@dataclass(frozen=True)
class StoredObject:
    """The current version of a raw object: `size` in bytes, stored at the aware time `modified`.

    One that is `archived` cannot be read before it is restored.
    """

    key: str
    version: Version
    size: int
    modified: datetime
    archived: bool = False


@dataclass(frozen=True)
class IndexedObject:
    """What an item of the runs table says."""

    run_id: str
    key: str
    version: Version


@dataclass(frozen=True)
class Difference:
    """One disagreement; a side that has nothing is None."""

    kind: DifferenceKind
    key: str
    run_id: str | None = None
    stored: Version | None = None
    indexed: Version | None = None


@dataclass(frozen=True)
class Reconciliation:
    """What was compared, and the differences in the order of their keys."""

    objects: int
    items: int
    differences: Sequence[Difference] = field(default=())

    @property
    def reconciled(self) -> bool:
        """Whether bucket and index agree on every object."""
        return not self.differences

    def counts(self) -> Counter[DifferenceKind]:
        """Return how many differences there are of each kind."""
        return Counter(difference.kind for difference in self.differences)


def reconcile(
    *, stored: Iterable[StoredObject], indexed: Iterable[IndexedObject], run_id_of: Callable[[str], str]
) -> Reconciliation:
    """Compare the two, in any order; `run_id_of` returns the partition key that an object's item must have.

    An item under another partition key is misplaced: no reader of the run finds it, so it is not the object's item.
    """
    items: dict[str, Version] = {}
    differences = []
    misplaced = objects = 0
    for item in indexed:
        if item.run_id == run_id_of(item.key):
            items[item.key] = item.version
        else:
            misplaced += 1
            differences.append(
                Difference(DifferenceKind.MISPLACED_ITEM, item.key, run_id=item.run_id, indexed=item.version)
            )
    count = len(items) + misplaced
    for current in stored:
        objects += 1
        version = items.pop(current.key, None)
        if version is None:
            differences.append(Difference(DifferenceKind.MISSING_ITEM, current.key, stored=current.version))
        elif version != current.version:
            differences.append(
                Difference(DifferenceKind.STALE_ITEM, current.key, stored=current.version, indexed=version)
            )
    differences += [Difference(DifferenceKind.ORPHAN_ITEM, key, indexed=version) for key, version in items.items()]
    differences.sort(key=lambda difference: (difference.key, difference.kind))
    return Reconciliation(objects, count, differences)
