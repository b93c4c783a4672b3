"""What a repair asks IndexRun for: batches of objects that an invocation is sure to finish. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from lambdas.reconcile_daily.compare import DifferenceKind, State

_T = TypeVar("_T")

# What an invocation is asked for takes it seconds; an object that is larger than a batch goes alone.
BATCH_OBJECTS: Final = 25
BATCH_BYTES: Final = 256 * 1024 * 1024


def batches(objects: Iterable[_T], *, size: Callable[[_T], int]) -> Iterator[list[_T]]:
    """Yield the objects in their order, as many together as one invocation is asked for; `size` is in bytes."""
    batch: list[_T] = []
    total = 0
    for each in objects:
        if batch and (len(batch) == BATCH_OBJECTS or total + size(each) > BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(each)
        total += size(each)
    if batch:
        yield batch


def batches_of_states(states: Iterable[State]) -> Iterator[list[State]]:
    """Yield states in such batches; one without an object takes no time to read."""
    return batches(states, size=lambda state: state.stored.size if state.stored else 0)


def keys_to_index(states: Iterable[State]) -> list[str]:
    """Return the keys that IndexRun can repair: it never looks at misplaced items, nor can it read the archive."""
    return [state.key for state in states if _is_to_index(state) and not _is_archived(state)]


def keys_of_archived(states: Iterable[State]) -> list[str]:
    """Return the keys that IndexRun could repair if their objects were not archived."""
    return [state.key for state in states if _is_to_index(state) and _is_archived(state)]


def _is_to_index(state: State) -> bool:
    return any(difference.kind is not DifferenceKind.MISPLACED_ITEM for difference in state.differences())


def _is_archived(state: State) -> bool:
    return state.stored is not None and state.stored.archived
