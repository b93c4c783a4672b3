from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from lambdas.reconcile_daily.compare import DifferenceKind, IndexedObject, StoredObject, Version, states
from tests.lambdas.reconcile_daily.sides import KEYS, indexed, stored

OTHERS = KEYS[::2]
ITEM = indexed()[1]


def found(objects: Sequence[StoredObject], items: Sequence[IndexedObject]) -> list[tuple[DifferenceKind, str]]:
    compared = states(objects, items)
    return [(difference.kind, difference.key) for state in compared for difference in state.differences()]


def test_what_agrees_has_no_differences() -> None:
    assert found(stored(), indexed()) == []


def test_nothing_agrees_with_nothing() -> None:
    assert list(states([], [])) == []


@pytest.mark.parametrize(
    ("objects", "items", "kind"),
    [
        (stored(), indexed(OTHERS), DifferenceKind.MISSING_ITEM),
        (stored(OTHERS), indexed(), DifferenceKind.ORPHAN_ITEM),
        (stored(), [replace(ITEM, version=Version("older", ITEM.version.etag))], DifferenceKind.STALE_ITEM),
        (stored(), [replace(ITEM, version=Version(ITEM.version.version_id, "x"))], DifferenceKind.STALE_ITEM),
        (stored(), [ITEM, replace(ITEM, run_id="another run")], DifferenceKind.MISPLACED_ITEM),
    ],
    ids=["missing", "orphan", "version", "etag", "misplaced"],
)
def test_each_difference_is_found_and_no_other(
    objects: list[StoredObject], items: list[IndexedObject], kind: DifferenceKind
) -> None:
    others = [] if len(items) > 2 else indexed(OTHERS)
    if kind is DifferenceKind.MISSING_ITEM:
        others = []
    every = sorted([*others, *items], key=lambda item: item.key)
    assert found(objects, every) == [(kind, KEYS[1])]


def test_a_misplaced_item_alone_leaves_its_object_without_one() -> None:
    item = replace(indexed(KEYS[:1])[0], run_id="another run")
    kinds = [kind for kind, _ in found(stored(KEYS[:1]), [item])]
    assert kinds == [DifferenceKind.MISPLACED_ITEM, DifferenceKind.MISSING_ITEM]


def test_a_misplaced_item_of_no_object_is_no_orphan_too() -> None:
    item = replace(ITEM, run_id="another run")
    assert found([], [item]) == [(DifferenceKind.MISPLACED_ITEM, KEYS[1])]


keys = st.sets(st.text(st.characters(exclude_categories=["Cs"]), max_size=3), max_size=8)


@given(keys, keys)
def test_differences_are_the_symmetric_difference(in_bucket: set[str], in_index: set[str]) -> None:
    differences = found(stored(in_bucket), indexed(in_index))
    assert [key for _, key in differences] == sorted(in_bucket ^ in_index)
    assert {key for kind, key in differences if kind is DifferenceKind.MISSING_ITEM} == in_bucket - in_index
