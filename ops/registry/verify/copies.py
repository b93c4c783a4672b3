"""Reads both Regions' copies of the registry, and copies to the replica what it lacks or has older.

Nothing that is written once is replaced.
"""

from collections.abc import Iterator
from functools import partial

from ops.aws import CONNECTIONS
from ops.failures import attempt
from ops.parallel import in_parallel
from ops.registry.store import Store
from ops.registry.verify.verification import Difference, DifferenceKind, Examined, Verification, examine
from schemas.keys.layout import REPLICATED_PREFIXES, WRITE_ONCE_PREFIXES
from schemas.names import PRIMARY_REGION


def examined(store: Store) -> Iterator[Examined]:
    """Yield each object of the registry, read whole and in parallel; contents are not kept."""

    def read(key: str) -> Examined | None:
        # None where it went after it was listed.
        found = store.read(key)
        return examine(key, found.content, found.replication) if found else None

    def read_or_say_why(key: str) -> Examined | None:
        return attempt(partial(read, key), lambda why: Examined(key, None, problem=why))

    keys = (found.key for prefix in REPLICATED_PREFIXES for found in store.listing(prefix))
    return (found for found in in_parallel(read_or_say_why, keys, workers=CONNECTIONS) if found)


def repairable(found: Verification) -> list[Difference]:
    """Return the differences that a copy from the primary mends; never of an object that is bad there."""
    kinds = (DifferenceKind.INVALID_OBJECT, DifferenceKind.UNREADABLE)
    bad = {it.key for it in found.differences if it.kind in kinds and it.region == PRIMARY_REGION}
    return [it for it in found.differences if it.key not in bad and _mended_by_a_copy(it)]


def _mended_by_a_copy(difference: Difference) -> bool:
    changes = not difference.key.startswith(WRITE_ONCE_PREFIXES)
    return difference.kind is DifferenceKind.MISSING_IN_REPLICA or (
        difference.kind is DifferenceKind.DIFFERENT_CONTENT and changes
    )


def repair(differences: list[Difference], *, primary: Store, replica: Store) -> Iterator[tuple[Difference, str]]:
    """Mend each difference and yield it with why that failed, empty where it did not.

    What others changed meanwhile is left to them, and not yielded.
    """
    for difference in differences:
        key = difference.key

        def copied(key: str = key) -> bool:
            current = replica.etag(key)
            # Read after the replica, so that the condition notices a write to both in between.
            wanted = primary.read(key)
            return wanted is not None and replica.put(key, wanted.content, over=current)

        done = attempt(copied, str)
        if done:
            yield difference, "" if done is True else done
