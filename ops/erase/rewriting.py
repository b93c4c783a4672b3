"""Objects from which single turns are taken out: what is to be done with each, and doing it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from ops.erase.asked import RefusedError
from ops.erase.turns import ERASED_TURNS, TakenOut, as_metadata, erased_turns, without_turns
from ops.registry.store import Store
from ops.versions import Version

_IN_MEMORY: Final = 8 * 1024 * 1024


@dataclass(frozen=True)
class Rewriting:
    """An object that holds the turns, or whose earlier versions do; `lines` are those to be taken out of it now."""

    key: str
    etag: str
    lines: int
    unreadable: int


def rewritings(store: Store, versions: Iterable[Version], turns: frozenset[int]) -> list[Rewriting]:
    """Return what is to be done with each object, without those that never had one of the turns.

    Raise `RefusedError` where turns cannot be taken out, `ArchivedError` where one has to be restored first.
    """
    by_key: dict[str, list[Version]] = {}
    for version in versions:
        by_key.setdefault(version.key, []).append(version)
    return [found for key in by_key if (found := _rewriting(store, key, by_key[key], turns))]


def _rewriting(store: Store, key: str, versions: list[Version], turns: frozenset[int]) -> Rewriting | None:
    current = next((version for version in versions if version.current and not version.is_marker), None)
    if current is None or current.etag is None:
        raise RefusedError(f"{key}: it is deleted: erase the whole of it, without --turn")
    with _without(store, key, turns) as (_, count):
        if count.taken and not count.left:
            raise RefusedError(f"{key}: it has no other turns: erase the whole of it, without --turn")
    if not count.taken and not _had(store, key, versions, turns):
        return None
    return Rewriting(key, current.etag, count.taken, count.unreadable)


def _had(store: Store, key: str, versions: list[Version], turns: frozenset[int]) -> bool:
    """Return whether the object had one of the turns, by its metadata or an earlier version."""
    if turns & already_erased(store, key):
        return True
    earlier = (version for version in versions if not version.current and not version.is_marker)
    return any(has_turns(store, key, turns, version=version.version_id) for version in earlier)


def has_turns(store: Store, key: str, turns: frozenset[int], *, version: str | None = None) -> bool:
    """Return whether an object, or one of its versions, has one of the turns."""
    with _without(store, key, turns, version=version) as (_, count):
        return count.taken > 0


def already_erased(store: Store, key: str) -> frozenset[int]:
    """Return the turns that were taken out of the current object."""
    found = store.s3.head_object(Bucket=store.bucket, Key=key)
    return erased_turns(found["Metadata"].get(ERASED_TURNS, ""))


def rewrite(store: Store, found: Rewriting, turns: frozenset[int]) -> None:
    """Write an object without the turns; raise `RefusedError` where it was written again since it was looked at."""
    if not found.lines:
        return
    head = store.s3.head_object(Bucket=store.bucket, Key=found.key)
    gone = turns | erased_turns(head["Metadata"].get(ERASED_TURNS, ""))
    metadata = {**head["Metadata"], ERASED_TURNS: as_metadata(gone)}
    with _without(store, found.key, turns) as (content, _):
        if not store.put(
            found.key, content, over=found.etag, content_type=head.get("ContentType"), metadata=metadata
        ):
            raise written_again(found.key)


def written_again(key: str) -> RefusedError:
    """Return the refusal of an object that somebody wrote while it was being erased."""
    return RefusedError(f"{key}: was written again meanwhile: stop its writer, and run this again")


@contextmanager
def _without(
    store: Store, key: str, turns: frozenset[int], *, version: str | None = None
) -> Iterator[tuple[IO[bytes], TakenOut]]:
    """Give a version's content without the turns, and the count of its lines."""
    count = TakenOut()
    with store.fetched(key, version=version) as content, SpooledTemporaryFile(_IN_MEMORY) as kept:
        content.seek(0)
        kept.writelines(without_turns(content, turns, count))
        yield kept, count
