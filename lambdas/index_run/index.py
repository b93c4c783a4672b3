"""Index semantics: which version of an object its item ends up describing, whatever the order of events.

A live event carries S3's sequencer and wins over an older one. A repair (reindex, reconcile, an event whose version
is gone) has none: it reads the current version and writes only over what it saw beforehand. So every interleaving
of live events, redriven events and repairs ends in the current version's item.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol

from lake.events import ObjectEvent
from lambdas.index_run.summary import Item, ObjectVersion, Surroundings, run_item

ATTEMPTS: Final = 10
# Objects that are repaired at the same time.
SIDE_BY_SIDE: Final = 32


@dataclass(frozen=True)
class Stored:
    """Which version an item describes; without a sequencer a repair wrote it."""

    version_id: str
    sequencer: str | None


class Opened(Protocol):
    """A version and its content."""

    @property
    def version(self) -> ObjectVersion:
        """What S3 says of the version."""

    def chunks(self) -> Iterable[bytes]:
        """Yield the content, once."""


class Objects(Protocol):
    """Versions of objects that runs write, see `store.RunObjects`."""

    def open(self, key: str, version_id: str | None = None) -> AbstractContextManager[Opened | None]:
        """Give that version, or the current one; None where it is gone."""

    def current_version(self, key: str) -> str | None:
        """Return the id of the current version."""


class Items(Protocol):
    """Items of the runs table, see `store.RunsTable`."""

    def stored(self, key: str) -> Stored | None:
        """Return which version the item describes."""

    def stored_of(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """Return which versions the items of several objects describe, in few requests."""

    def put_newer(self, item: Item) -> Stored | None:
        """Write over an older sequencer, or return what is in the way."""

    def put_over(self, item: Item, seen: Stored | None) -> bool:
        """Write over what was seen."""

    def remove(self, key: str, version_id: str) -> bool:
        """Remove the item of that version."""


class Outcome(StrEnum):
    """What an event or a repair did to the item."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    OUTDATED = "outdated"
    REMOVED = "removed"
    GONE = "gone"


class ArchivedError(RuntimeError):
    """An object that has to be restored before it can be read."""


class ContentionError(RuntimeError):
    """An item that kept changing under every attempt to write it; a retry later succeeds."""


@dataclass(frozen=True)
class Indexer:
    """Applies events and repairs to the index. `surroundings` is called once an object, for the clock in it."""

    objects: Objects
    items: Items
    surroundings: Callable[[], Surroundings]

    def apply(self, event: ObjectEvent) -> tuple[Outcome, Item | None]:
        """Bring the item up to one event; return what that did, and the item if it was written."""
        if event.sequencer is None or event.version_id is None:
            return self.repair(event.key, force=event.force)
        with self.objects.open(event.key, event.version_id) as opened:
            if opened is not None:
                version = replace(opened.version, sequencer=event.sequencer)
                item = run_item(version, opened.chunks(), self.surroundings())
                return self._put_live(item, version)
        return self.repair(event.key)

    def _put_live(self, item: Item, version: ObjectVersion) -> tuple[Outcome, Item | None]:
        for _ in range(ATTEMPTS):
            stored = self.items.put_newer(item)
            if stored is None:
                return Outcome.INDEXED, item
            if stored.version_id == version.version_id:
                return Outcome.UNCHANGED, None
            # A repair's item has no sequencer to compare with: the bucket decides.
            if stored.sequencer or self.objects.current_version(version.key) != version.version_id:
                return Outcome.OUTDATED, None
            if self.items.put_over(item, stored):
                return Outcome.INDEXED, item
        raise ContentionError(f"{version.key}: the item changed {ATTEMPTS} times while it was written")

    def repair(self, key: str, *, force: bool = False) -> tuple[Outcome, Item | None]:
        """Make the item describe the current version, or remove it where there is none; idempotent.

        With `force` an item of that version is made again, since registry or code have changed.
        """
        return self._repair(key, self.items.stored(key), force=force)

    def repair_all(
        self, keys: Sequence[str], *, force: bool
    ) -> Iterator[tuple[str, tuple[Outcome, Item | None] | Exception]]:
        """Yield what `repair` returns or raises for each of the keys, which are repaired side by side."""

        def repaired(key: str) -> tuple[str, tuple[Outcome, Item | None] | Exception]:
            try:
                return key, self._repair(key, seen.get(key), force=force)
            except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
                return key, error

        seen = self.items.stored_of(keys)
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            yield from pool.map(repaired, keys)

    def _repair(self, key: str, seen: Stored | None, *, force: bool) -> tuple[Outcome, Item | None]:
        # Seen before the bucket is read: whatever is written in between makes the write fail.
        for _ in range(ATTEMPTS):
            with self.objects.open(key) as opened:
                if opened is None:
                    if seen is None:
                        return Outcome.GONE, None
                    if self.items.remove(key, seen.version_id):
                        return Outcome.REMOVED, None
                    seen = self.items.stored(key)
                    continue
                version = opened.version
                if seen is not None and seen.version_id == version.version_id:
                    if not force:
                        return Outcome.UNCHANGED, None
                    # The sequencer of this version's event is still its own.
                    version = replace(version, sequencer=seen.sequencer)
                item = run_item(version, opened.chunks(), self.surroundings())
                if self.items.put_over(item, seen):
                    return Outcome.INDEXED, item
            seen = self.items.stored(key)
        raise ContentionError(f"{key}: the item changed {ATTEMPTS} times while it was repaired")
