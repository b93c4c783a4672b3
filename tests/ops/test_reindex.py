from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given, strategies as st

from ops.index_run import Failure
from ops.reconcile import StoredObject, Version
from ops.reindex import BATCH_BYTES, BATCH_OBJECTS, batches, reindex

NOW = datetime(2025, 11, 6, tzinfo=UTC)


def stored(number: int, size: int = 1, *, archived: bool = False) -> StoredObject:
    return StoredObject(f"raw/{number}.jsonl", Version("v", "e"), size, NOW, archived=archived)


@given(st.lists(st.integers(0, 2 * BATCH_BYTES), max_size=60))
def test_batches_keep_every_object_in_order_and_within_what_an_invocation_finishes(sizes: list[int]) -> None:
    objects = [stored(number, size) for number, size in enumerate(sizes)]
    made = list(batches(objects))
    assert [it for batch in made for it in batch] == objects
    for batch in made:
        assert 1 <= len(batch) <= BATCH_OBJECTS
        assert len(batch) == 1 or sum(it.size for it in batch) <= BATCH_BYTES


def test_small_objects_fill_their_batches() -> None:
    made = batches(stored(number) for number in range(2 * BATCH_OBJECTS + 1))
    assert [len(batch) for batch in made] == [BATCH_OBJECTS, BATCH_OBJECTS, 1]


def test_what_was_done_is_counted_and_followed() -> None:
    asked: list[str] = []
    followed: list[int] = []

    def repair(keys: Sequence[str], *, force: bool = False) -> list[Failure]:
        assert force
        asked.extend(keys)
        return [Failure(key, "why") for key in keys if key == "raw/7.jsonl"]

    objects = [stored(number, 10, archived=number == 3) for number in range(60)]
    done = reindex(objects, repair, force=True, follow=followed.append)

    assert sorted(asked) == sorted(it.key for it in objects if not it.archived)
    assert (done.objects, done.size, done.archived) == (59, 590, 1)
    assert done.failures == [Failure("raw/7.jsonl", "why")]
    assert sum(followed) == 59
