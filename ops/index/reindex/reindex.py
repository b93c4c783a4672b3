"""Has the items of raw objects written from what the bucket holds: all of them, or a range.

Each object goes through `IndexRun`, in batches that an invocation is sure to finish.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from lambdas.reconcile_daily.compare import StoredObject
from lambdas.reconcile_daily.repair import batches
from ops.index.index_run import WORKERS, Failure, Repair, give_up_after
from ops.parallel import in_parallel


@dataclass(frozen=True, kw_only=True)
class Reindexed:
    """What was done: objects that were asked for and their bytes, those that cannot be read, those that failed."""

    objects: int
    size: int
    archived: int
    failures: Sequence[Failure]


def reindex(
    objects: Iterable[StoredObject],
    repair: Repair,
    *,
    force: bool = False,
    workers: int = WORKERS,
    follow: Callable[[int], object] = lambda _: None,
) -> Reindexed:
    """Have the objects indexed side by side, whatever one of them fails with; `follow` is told how many are done.

    Only a few batches are in memory, however many objects there are. Archived objects are counted and left out. Raise
    `CommandError` where too much fails.
    """
    archived = 0

    def readable() -> Iterator[StoredObject]:
        nonlocal archived
        for stored in objects:
            if stored.archived:
                archived += 1
            else:
                yield stored

    done = size = 0
    failures: list[Failure] = []
    asked = batches(readable(), size=lambda stored: stored.size)
    for batch, failed in in_parallel(partial(_repair, repair, force=force), asked, workers=workers):
        done += len(batch)
        size += sum(stored.size for stored in batch)
        failures += failed
        give_up_after(failures)
        follow(len(batch))
    return Reindexed(objects=done, size=size, archived=archived, failures=failures)


def _repair(repair: Repair, batch: list[StoredObject], *, force: bool) -> tuple[list[StoredObject], list[Failure]]:
    return batch, repair([stored.key for stored in batch], force=force)
