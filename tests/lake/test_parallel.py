import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import pytest

from lake.parallel import side_by_side


def test_each_source_keeps_its_order_and_nothing_is_lost() -> None:
    sources = [partial(range, start, 10_000, 7) for start in range(7)]
    found = [*side_by_side(sources, workers=3)]
    assert sorted(found) == [*range(10_000)]
    for start in range(7):
        assert [number for number in found if number % 7 == start] == [*range(start, 10_000, 7)]


def test_sources_are_read_at_the_same_time() -> None:
    # Neither gives anything before the other has begun.
    both = threading.Barrier(2, timeout=30)

    def source(number: int) -> Iterator[int]:
        both.wait()
        yield number

    assert sorted(side_by_side([partial(source, 1), partial(source, 2)], workers=2)) == [1, 2]


def test_no_source_and_empty_ones_give_nothing() -> None:
    nothing: list[Callable[[], Iterable[int]]] = []
    assert [*side_by_side(nothing, workers=2)] == []
    assert [*side_by_side([partial(range, 0), partial(range, 2), partial(range, 0)], workers=1)] == [0, 1]


def test_the_first_error_ends_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ConnectionError("away")

    with pytest.raises(ConnectionError, match="away"):
        list(side_by_side([broken], workers=2))
