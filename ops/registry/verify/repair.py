"""Copies to the replica what it lacks, and what may change and is older there. Nothing written once is replaced."""

from collections.abc import Iterator

from ops.registry.store import Store
from ops.registry.verify.verification import Difference, DifferenceKind, Verification
from schemas.keys.layout import WRITE_ONCE_PREFIXES
from schemas.names import PRIMARY_REGION


def repairable(found: Verification) -> list[Difference]:
    """Return the differences that a copy from the primary mends; never of an object that is invalid there."""
    invalid = {
        it.key for it in found.differences if it.kind is DifferenceKind.INVALID_OBJECT and it.region == PRIMARY_REGION
    }
    return [it for it in found.differences if it.key not in invalid and _mended_by_a_copy(it)]


def _mended_by_a_copy(difference: Difference) -> bool:
    changes = not difference.key.startswith(WRITE_ONCE_PREFIXES)
    return difference.kind is DifferenceKind.MISSING_IN_REPLICA or (
        difference.kind is DifferenceKind.DIFFERENT_CONTENT and changes
    )


def repair(differences: list[Difference], *, primary: Store, replica: Store) -> Iterator[Difference]:
    """Mend each difference and yield it where that succeeded; what others changed meanwhile is left to them."""
    for difference in differences:
        current = replica.etag(difference.key)
        # Read after the replica: whoever writes both in between is noticed by the condition.
        wanted = primary.read(difference.key)
        if wanted and replica.put(difference.key, wanted.content, over=current):
            yield difference
