import threading
from collections.abc import Iterator

import pytest

from ops.parallel import in_parallel


def test_results_keep_the_order_of_the_items() -> None:
    assert list(in_parallel(lambda number: number * 2, range(100), workers=4)) == list(range(0, 200, 2))


def test_actions_run_side_by_side() -> None:
    # Neither passes the barrier alone.
    barrier = threading.Barrier(2, timeout=10)
    assert list(in_parallel(lambda _: barrier.wait() >= 0, range(2), workers=2)) == [True, True]


def test_only_a_few_items_are_taken_before_results_are() -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(1_000):
            taken.append(number)
            yield number

    next(iter(in_parallel(lambda number: number, items(), workers=2)))
    assert len(taken) < 20


def test_an_error_ends_it_and_drops_what_has_not_begun() -> None:
    begun = []

    def fail(number: int) -> None:
        begun.append(number)
        raise ValueError(f"number {number}")

    with pytest.raises(ValueError, match="number 0"):
        list(in_parallel(fail, range(1_000), workers=2))
    assert len(begun) < 20
