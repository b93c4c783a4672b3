from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from ops.reconcile import DifferenceKind, IndexedObject, Reconciliation, StoredObject, Version, reconcile

NOW = datetime(2025, 11, 6, tzinfo=UTC)
KEYS = ("raw/a.jsonl", "raw/b.jsonl", "raw/c+é.jsonl")


def run_id_of(key: str) -> str:
    return f"run of {key}"


def stored(keys: tuple[str, ...] = KEYS) -> list[StoredObject]:
    return [StoredObject(key, Version(f"version of {key}", f"etag of {key}"), 1, NOW) for key in keys]


def indexed(keys: tuple[str, ...] = KEYS) -> list[IndexedObject]:
    return [IndexedObject(run_id_of(it.key), it.key, it.version) for it in stored(keys)]


def compare(objects: list[StoredObject], items: list[IndexedObject]) -> Reconciliation:
    return reconcile(stored=objects, indexed=items, run_id_of=run_id_of)


def test_what_agrees_is_reconciled_and_counted() -> None:
    found = compare(stored(), indexed()[::-1])
    assert (found.reconciled, found.objects, found.items) == (True, 3, 3)


def test_nothing_agrees_with_nothing() -> None:
    assert compare([], []).reconciled


STALE_VERSION = replace(indexed()[1], version=Version("older", f"etag of {KEYS[1]}"))
STALE_ETAG = replace(indexed()[1], version=Version(f"version of {KEYS[1]}", "other"))
MISPLACED = replace(indexed()[1], run_id="another run")
OTHERS = KEYS[::2]


@pytest.mark.parametrize(
    ("objects", "items", "kind"),
    [
        (stored(), indexed(OTHERS), DifferenceKind.MISSING_ITEM),
        (stored(OTHERS), indexed(), DifferenceKind.ORPHAN_ITEM),
        (stored(), [*indexed(OTHERS), STALE_VERSION], DifferenceKind.STALE_ITEM),
        (stored(), [*indexed(OTHERS), STALE_ETAG], DifferenceKind.STALE_ITEM),
        (stored(), [*indexed(), MISPLACED], DifferenceKind.MISPLACED_ITEM),
    ],
    ids=["missing", "orphan", "version", "etag", "misplaced"],
)
def test_each_difference_is_found_and_no_other(
    objects: list[StoredObject], items: list[IndexedObject], kind: DifferenceKind
) -> None:
    found = compare(objects, items)
    assert not found.reconciled
    assert [(difference.kind, difference.key) for difference in found.differences] == [(kind, KEYS[1])]
    assert found.counts() == {kind: 1}
    assert (found.objects, found.items) == (len(objects), len(items))


def test_a_misplaced_item_alone_leaves_its_object_without_one() -> None:
    items = [replace(item, run_id="another run") for item in indexed(KEYS[:1])]
    found = compare(stored(KEYS[:1]), items)
    assert [it.kind for it in found.differences] == [DifferenceKind.MISPLACED_ITEM, DifferenceKind.MISSING_ITEM]


keys = st.sets(st.text(max_size=3), max_size=8)


@given(keys, keys)
def test_differences_are_the_symmetric_difference_whatever_the_order(in_bucket: set[str], in_index: set[str]) -> None:
    # A set's order is any.
    found = compare(stored(tuple(in_bucket)), indexed(tuple(in_index)))
    assert [it.key for it in found.differences] == sorted(in_bucket ^ in_index)
    missing = {it.key for it in found.differences if it.kind is DifferenceKind.MISSING_ITEM}
    assert missing == in_bucket - in_index
