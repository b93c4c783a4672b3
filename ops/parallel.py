"""One action on many items, side by side, with only a few items in memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# Ready items for each worker: enough that none waits for the next one to be made.
_AHEAD: Final = 2


def in_parallel(action: Callable[[_Item], _Result], items: Iterable[_Item], *, workers: int) -> Iterator[_Result]:
    """Yield the action's results in the order of the items, which are taken as workers get free.

    The first error ends it: what has begun is finished, the rest is dropped.
    """
    pool = ThreadPoolExecutor(workers)
    begun: deque[Future[_Result]] = deque()
    try:
        for item in items:
            begun.append(pool.submit(action, item))
            if len(begun) > workers * _AHEAD:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
