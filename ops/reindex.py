"""Has the items of raw objects written from what the bucket holds: all of them, or a range.

Each object goes through `IndexRun`, in batches that an invocation is sure to finish.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from ops.index_run import Failure, Repair
from ops.parallel import in_parallel
from ops.reconcile import StoredObject

# A new account may run ten functions at a time, and live events go on.
WORKERS: Final = 6
# What an invocation is asked for takes it seconds; an object that is larger than a batch goes alone.
BATCH_OBJECTS: Final = 25
BATCH_BYTES: Final = 256 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Reindexed:
    """What was done: objects that were asked for and their bytes, those that cannot be read, those that failed."""

    objects: int
    size: int
    archived: int
    failures: Sequence[Failure]


def batches(objects: Iterable[StoredObject]) -> Iterator[list[StoredObject]]:
    """Yield the objects in their order, as many together as one invocation is asked for."""
    batch: list[StoredObject] = []
    size = 0
    for stored in objects:
        if batch and (len(batch) == BATCH_OBJECTS or size + stored.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(stored)
        size += stored.size
    if batch:
        yield batch


def reindex(
    objects: Iterable[StoredObject],
    repair: Repair,
    *,
    force: bool = False,
    workers: int = WORKERS,
    follow: Callable[[int], object] = lambda _: None,
) -> Reindexed:
    """Have the objects indexed side by side, whatever one of them fails with; `follow` is told how many are done.

    Only a few batches are in memory, however many objects there are. Archived objects are counted and left out.
    """
    counts = {"archived": 0}

    def readable() -> Iterator[StoredObject]:
        for stored in objects:
            if stored.archived:
                counts["archived"] += 1
            else:
                yield stored

    done = size = 0
    failures: list[Failure] = []
    for batch, failed in in_parallel(partial(_repair, repair, force=force), batches(readable()), workers=workers):
        done += len(batch)
        size += sum(stored.size for stored in batch)
        failures += failed
        follow(len(batch))
    return Reindexed(objects=done, size=size, archived=counts["archived"], failures=failures)


def _repair(repair: Repair, batch: list[StoredObject], *, force: bool) -> tuple[list[StoredObject], list[Failure]]:
    return batch, repair([stored.key for stored in batch], force=force)
