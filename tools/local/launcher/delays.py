"""A queue of jobs that fall due at a time, worked off by a fixed number of threads."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable


class DelayedJobs:
    """At most `slots` jobs run at once, in the order they fall due; a waiting job holds no slot."""

    def __init__(self, slots: int) -> None:
        """Start `slots` daemon threads."""
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        for number in range(slots):
            threading.Thread(target=self._work, daemon=True, name=f"async-invocation-{number}").start()

    def submit(self, job: Callable[[], None], *, delay: float = 0.0) -> None:
        """Queue a job that falls due after `delay` seconds; a job handles its own errors."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + delay, next(self._order), job))
            self._changed.notify()

    def _next(self) -> Callable[[], None]:
        with self._changed:
            while True:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)

    def _work(self) -> None:
        while True:
            self._next()()
