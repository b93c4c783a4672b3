import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lambdas.reconcile_daily.compare import DifferenceKind, IndexedObject, State, StoredObject, Version, states
from lambdas.reconcile_daily.reconcile import KEPT, SETTLING, Reconciliation, reconcile
from schemas.keys.grammar import Phase
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week
from tests.lambdas.reconcile_daily.sides import KEYS, NOW, indexed, stored

RUN_ID = "01HQVZ3K9X1234567890ABCDEF"


def same(state: State) -> State:
    return state


def compare(
    objects: Iterable[StoredObject], items: Iterable[IndexedObject], *, acted: list[State] | None = None
) -> Reconciliation:
    def act(states: Iterator[State]) -> None:
        (acted if acted is not None else []).extend(states)

    ordered = sorted(items, key=lambda item: item.key)
    return reconcile(states(objects, ordered), look_again=same, now=NOW, settling=SETTLING, act=act)


def raw_key(day: str, *, model: str = "m", phase: Phase = Phase.P0, run_id: str = RUN_ID) -> str:
    return str(RawKey(date.fromisoformat(day), model, phase, run_id))


def test_what_agrees_is_reconciled_and_counted() -> None:
    found = compare(stored(), indexed()[::-1])
    assert (found.reconciled, found.objects, found.items, found.under_way) == (True, 3, 3, 0)


def test_differences_are_counted_by_week_and_handed_on() -> None:
    keys = [raw_key("2025-11-05"), raw_key("2025-11-09", model="n"), raw_key("2025-11-10"), "raw/stray.jsonl"]
    acted: list[State] = []
    found = compare(stored(keys), indexed(keys[2:3]), acted=acted)
    assert not found.reconciled
    assert found.counts() == {DifferenceKind.MISSING_ITEM: 3}
    by_week = {week: (count.objects, count.items, count.differences.total()) for week, count in found.weeks.items()}
    assert by_week == {Week(2025, 45): (2, 0, 2), Week(2025, 46): (1, 1, 0), None: (1, 0, 1)}
    assert [state.key for state in acted] == [it.key for it in found.first_differences] == sorted({*keys} - {keys[2]})


def test_what_agrees_at_the_second_look_is_no_difference() -> None:
    items = {item.key: item for item in indexed()}
    looked: list[str] = []

    def look_again(state: State) -> State:
        looked.append(state.key)
        return replace(state, items=(items[state.key],)) if state.key == KEYS[0] else state

    seen = states(stored(), indexed(KEYS[2:]))
    found = reconcile(seen, look_again=look_again, now=NOW, settling=SETTLING)
    assert sorted(looked) == [KEYS[0], KEYS[1]]
    assert [difference.key for difference in found.first_differences] == [KEYS[1]]


STALE = replace(indexed()[1], version=Version("older", "e"))


@pytest.mark.parametrize("items", [[], [STALE]], ids=["missing", "stale"])
def test_an_object_that_is_new_is_given_time(items: Sequence[IndexedObject]) -> None:
    young = stored(KEYS[1:2], modified=NOW - SETTLING + timedelta(seconds=1))
    acted: list[State] = []
    found = compare(young, items, acted=acted)
    assert (found.reconciled, found.under_way, acted) == (True, 1, [])
    old = stored(KEYS[1:2], modified=NOW - SETTLING)
    assert compare(old, items).under_way == 0
    assert not compare(old, items).reconciled


def test_a_misplaced_item_is_never_on_its_way() -> None:
    young = stored(KEYS[:1], modified=NOW)
    found = compare(young, [*indexed(KEYS[:1]), replace(indexed(KEYS[:1])[0], run_id="another run")])
    assert (found.counts(), found.under_way) == ({DifferenceKind.MISPLACED_ITEM: 1}, 0)


def test_runs_in_two_weeks_or_cells_are_told_and_are_no_differences() -> None:
    keys = [
        raw_key("2025-11-05"),
        raw_key("2025-11-06"),  # a duplicate, which curation decides
        raw_key("2025-11-10"),
        raw_key("2025-11-05", run_id="01HQVZ3K9X1234567890ABCDEG"),
        raw_key("2025-11-05", run_id="01HQVZ3K9X1234567890ABCDEG", model="n"),
        raw_key("2025-11-05", run_id="01HQVZ3K9X1234567890ABCDEH"),
        raw_key("2025-11-06", run_id="01HQVZ3K9X1234567890ABCDEH"),
    ]
    found = compare(stored(keys), indexed(keys))
    assert found.reconciled
    assert [(run.run_id, len(run.keys)) for run in found.runs_in_two_weeks] == [(RUN_ID, 3)]
    assert [(run.run_id[-1], run.keys) for run in found.runs_in_two_cells] == [("G", tuple(keys[3:5]))]


def test_an_item_in_a_wrong_place_is_no_object_of_that_run() -> None:
    own, other = raw_key("2025-11-05"), raw_key("2025-11-12", run_id="01HQVZ3K9X1234567890ABCDEG")
    misplaced = replace(indexed([other])[0], run_id=RUN_ID)
    found = compare(stored([own]), [*indexed([own]), misplaced])
    assert found.counts() == {DifferenceKind.MISPLACED_ITEM: 1}
    assert found.runs_in_two_weeks == []


def test_all_differences_are_counted_and_the_first_are_kept() -> None:
    keys = [f"raw/{number:05}.jsonl" for number in range(KEPT + 5)]
    acted: list[State] = []
    found = compare(stored(keys), [], acted=acted)
    assert found.counts().total() == len(acted) == KEPT + 5
    assert [difference.key for difference in found.first_differences] == keys[:KEPT]


def test_memory_is_bounded_however_many_objects_there_are() -> None:
    def peak(count: int) -> int:
        def keys() -> Iterator[str]:
            return (f"raw/{number:06}.jsonl" for number in range(count))

        tracemalloc.start()
        objects = (it for key in keys() for it in stored([key]))
        items = (it for key in keys() for it in indexed([key]))
        found = reconcile(states(objects, items), look_again=same, now=NOW, settling=SETTLING)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (found.objects, found.items, found.reconciled) == (count, count, True)
        return most

    peak(10)
    assert peak(20_000) - peak(2_000) < 1_000_000
