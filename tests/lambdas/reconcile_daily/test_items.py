import random

from hypothesis import given, strategies as st

from lambdas.reconcile_daily.compare import IndexedObject, Version
from lambdas.reconcile_daily.items import in_key_order, runs_on_disk

keys = st.sets(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), max_size=20)


@given(keys, st.randoms(use_true_random=False))
def test_items_come_in_the_order_of_their_keys_as_python_has_it(names: set[str], shuffler: random.Random) -> None:
    items = [IndexedObject("run", name, Version(f"version {-at}", "etag")) for at, name in enumerate(sorted(names))]
    shuffled = [*items]
    shuffler.shuffle(shuffled)
    with in_key_order(shuffled) as found:
        assert list(found) == items


def test_runs_of_several_objects_are_told_with_their_keys() -> None:
    version = Version("v", "e")
    items = [IndexedObject(run_id, key, version) for run_id, key in (("b", "2"), ("a", "1"), ("b", "1"), ("c", "3"))]
    with runs_on_disk() as runs:
        for item in items:
            runs.add([item])
        assert list(runs.of_several_objects()) == [("b", ["1", "2"])]
