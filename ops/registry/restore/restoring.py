"""Puts back into the primary bucket what the replica has and it has not. Nothing that is there is ever replaced.

Whatever is there already counts as restored, so an interrupted run is resumed by the next.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ops.aws import CONNECTIONS
from ops.failures import attempt
from ops.parallel import in_parallel
from ops.registry.store import Listed, Store
from ops.registry.verify.verification import examine
from schemas.keys.layout import REPLICATED_PREFIXES


class State(StrEnum):
    """What became of an object of the replica."""

    PRESENT = "already there"
    MISSING = "missing"
    RESTORED = "restored"
    DIFFERENT = "another is there"
    INVALID = "invalid in the replica"
    ARCHIVED = "archived in the replica"
    FAILED = "failed"


@dataclass(frozen=True)
class Restored:
    """An object of the replica, and its state in the primary; `why` says more where there is more to say."""

    key: str
    state: State
    why: str = ""


def compare(replica: Iterable[Listed], primary: Iterable[Listed]) -> Iterator[Restored]:
    """Yield the state of each object of the replica, from two listings in the order of their keys, held one by one.

    An ETag of an upload in parts says nothing about one that came whole, so those count as present.
    """
    others = iter(primary)
    other = next(others, None)
    for found in replica:
        while other and other.key < found.key:
            other = next(others, None)
        if other is None or other.key != found.key:
            yield Restored(found.key, State.ARCHIVED if found.archived else State.MISSING)
        elif found.etag == other.etag or "-" in found.etag + other.etag:
            yield Restored(found.key, State.PRESENT)
        else:
            yield Restored(found.key, State.DIFFERENT)


def restore(prefix: str, *, primary: Store, replica: Store, dry_run: bool = False) -> Iterator[Restored]:
    """Restore what is missing below a prefix, in parallel; yield the state of each object once it is known.

    An object that is archived, or fails, keeps no other from being restored. What is written is checked against its
    name and content first, and against what S3 says that it stored after.
    """

    def put_back(found: Restored) -> Restored:
        if found.state is not State.MISSING or dry_run:
            return found
        return attempt(
            lambda: Restored(found.key, _put_back(found.key, primary=primary, replica=replica)),
            lambda why: Restored(found.key, State.FAILED, why),
        )

    states = compare(replica.listing(prefix), primary.listing(prefix))
    return in_parallel(put_back, states, workers=CONNECTIONS)


def _put_back(key: str, *, primary: Store, replica: Store) -> State:
    with replica.fetched(key) as content:
        if key.startswith(REPLICATED_PREFIXES):
            content.seek(0)
            if examine(key, content.read()).problem:
                return State.INVALID
        # Where another run was faster, its content was the same one.
        return State.RESTORED if primary.put(key, content, over=None) else State.PRESENT
