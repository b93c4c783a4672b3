"""What a repair asks IndexRun for: batches of objects that an invocation is sure to finish. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol, TypeVar

from lambdas.reconcile_daily.compare import DifferenceKind, State

# What an invocation is asked for takes it seconds; an object that is larger than a batch goes alone.
BATCH_OBJECTS: Final = 500
BATCH_BYTES: Final = 256 * 1024 * 1024
# An asynchronous request has at most 256 KiB, and each byte of a key may be written as three.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
BATCH_KEY_BYTES: Final = 64 * 1024


class _Keyed(Protocol):
    """An object, or the state of one."""

    @property
    def key(self) -> str: ...


_T = TypeVar("_T", bound=_Keyed)


def batches(objects: Iterable[_T], *, size: Callable[[_T], int]) -> Iterator[list[_T]]:
    """Yield the objects in their order, as many together as one invocation is asked for; `size` is in bytes."""
    batch: list[_T] = []
    total = keys = 0
    for each in objects:
        total += size(each)
        keys += len(each.key.encode())
        if batch and (len(batch) == BATCH_OBJECTS or total > BATCH_BYTES or keys > BATCH_KEY_BYTES):
            yield batch
            batch, total, keys = [], size(each), len(each.key.encode())
        batch.append(each)
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
