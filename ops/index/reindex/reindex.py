"""Has the items of raw objects written from what the bucket holds: all of them, or a range.

Each object goes through `IndexRun`, in batches that an invocation is sure to finish.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from lambdas.reconcile_daily.compare import StoredObject
from lambdas.reconcile_daily.repair import batches
from ops.index.index_run import WORKERS, Failure, Repair, Repaired, give_up_after
from ops.parallel import in_parallel

# Of how many archived objects the keys are kept.
SHOWN_ARCHIVED: Final = 50


@dataclass(kw_only=True)
class Reindexed:
    """What is done: objects that were asked for and their bytes, those that are archived, those that failed.

    `last` is the key up to which everything is done.
    """

    objects: int = 0
    size: int = 0
    archived: int = 0
    first_archived: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    last: str | None = None


def reindex(
    objects: Iterable[StoredObject],
    repair: Repair,
    done: Reindexed,
    *,
    force: bool = False,
    workers: int = WORKERS,
    follow: Callable[[int], object] = lambda _: None,
) -> None:
    """Have the objects indexed side by side, whatever one of them fails with; `follow` gets how many are done.

    Only a few batches are in memory, however many objects there are. Raise `CommandError` where too much fails; by
    then `done` says what was done.
    """
    asked = batches(objects, size=lambda stored: stored.size)
    for batch, repaired in in_parallel(partial(_repair, repair, force=force), asked, workers=workers):
        done.objects += len(batch) - len(repaired.archived)
        done.size += sum(stored.size for stored in batch)
        done.archived += len(repaired.archived)
        done.first_archived += repaired.archived[: SHOWN_ARCHIVED - len(done.first_archived)]
        done.failures += repaired.failures
        done.last = batch[-1].key
        give_up_after(done.failures)
        follow(len(batch))


def _repair(repair: Repair, batch: list[StoredObject], *, force: bool) -> tuple[list[StoredObject], Repaired]:
    return batch, repair([stored.key for stored in batch], force=force)
