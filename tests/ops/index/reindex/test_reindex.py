import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from lake.events import repair_event
from lambdas.reconcile_daily.compare import StoredObject, Version
from lambdas.reconcile_daily.repair import BATCH_BYTES, BATCH_OBJECTS, batches
from ops.failures import CommandError
from ops.index.index_run import MOST_FAILURES, Failure, Repaired
from ops.index.reindex.reindex import SHOWN_ARCHIVED, Reindexed, reindex

NOW = datetime(2025, 11, 6, tzinfo=UTC)


def size(it: StoredObject) -> int:
    return it.size


def stored(number: int, size: int = 1) -> StoredObject:
    return StoredObject(f"raw/{number}.jsonl", Version("v", "e"), size, NOW)


@given(st.lists(st.integers(0, 2 * BATCH_BYTES), max_size=60))
def test_batches_keep_every_object_in_order_and_within_what_an_invocation_finishes(sizes: list[int]) -> None:
    objects = [stored(number, size) for number, size in enumerate(sizes)]
    made = list(batches(objects, size=size))
    assert [it for batch in made for it in batch] == objects
    for batch in made:
        assert 1 <= len(batch) <= BATCH_OBJECTS
        assert len(batch) == 1 or sum(it.size for it in batch) <= BATCH_BYTES


def test_keys_fit_the_request_that_names_them() -> None:
    key = "é" * 512
    made = [*batches((StoredObject(key, Version("v", "e"), 1, NOW) for _ in range(200)), size=size)]
    assert len(made) > 1
    for batch in made:
        assert len(json.dumps(repair_event([it.key for it in batch]))) < 256 * 1024


def test_small_objects_fill_their_batches() -> None:
    made = batches((stored(number) for number in range(2 * BATCH_OBJECTS + 1)), size=size)
    assert [len(batch) for batch in made] == [BATCH_OBJECTS, BATCH_OBJECTS, 1]


def test_what_was_done_is_counted_and_followed() -> None:
    asked: list[str] = []
    followed: list[int] = []

    def repair(keys: Sequence[str], *, force: bool = False) -> Repaired:
        assert force
        asked.extend(keys)
        return Repaired(
            [Failure(key, "why") for key in keys if key == "raw/7.jsonl"],
            [key for key in keys if key == "raw/3.jsonl"],
        )

    objects = [stored(number, 10) for number in range(60)]
    done = Reindexed()
    reindex(objects, repair, done, force=True, follow=followed.append)

    assert sorted(asked) == sorted(it.key for it in objects)
    assert (done.objects, done.size, done.archived) == (59, 600, 1)
    assert (done.first_archived, done.last) == (["raw/3.jsonl"], "raw/59.jsonl")
    assert done.failures == [Failure("raw/7.jsonl", "why")]
    assert sum(followed) == 60


def test_a_function_that_fails_with_everything_is_given_up() -> None:
    asked = 0

    def repair(keys: Sequence[str], *, force: bool = False) -> Repaired:  # noqa: ARG001 - as it is called
        nonlocal asked
        asked += len(keys)
        return Repaired([Failure(key, "AccessDenied") for key in keys])

    with pytest.raises(CommandError, match=r"gave up after 1,\d\d\d failures, the last of them raw/.*: AccessDenied"):
        reindex((stored(number) for number in range(100 * MOST_FAILURES)), repair, Reindexed())

    assert asked < 10 * MOST_FAILURES


def test_only_the_first_archived_keys_are_kept() -> None:
    def repair(keys: Sequence[str], *, force: bool = False) -> Repaired:  # noqa: ARG001 - as it is called
        return Repaired(archived=[*keys])

    done = Reindexed()
    reindex((stored(number) for number in range(3 * SHOWN_ARCHIVED)), repair, done)
    assert (done.objects, done.archived, len(done.first_archived)) == (0, 3 * SHOWN_ARCHIVED, SHOWN_ARCHIVED)
