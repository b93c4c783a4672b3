"""Reconciles a bucket with an index, both simulated: `reconcile compared|made OBJECTS`.

`made` only makes what there is to compare, so that its share can be taken off.
"""

import json
import sys
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from lambdas.reconcile_daily.compare import IndexedObject, State, StoredObject, Version, states
from lambdas.reconcile_daily.items import in_key_order
from lambdas.reconcile_daily.reconcile import SETTLING, reconcile
from schemas.run_index import run_id_of

_LACKING: Final = 1_000
_NOW: Final = datetime(2025, 11, 12, tzinfo=UTC)


def _key(number: int) -> str:
    return f"raw/dt=2025-11-05/model=model/phase=P2/01HQVZ3K9X{number:016}.jsonl"


def stored(objects: int) -> Iterator[StoredObject]:
    """Yield the bucket's objects, in the order of their keys."""
    for number in range(objects):
        yield StoredObject(_key(number), Version(f"version-{number}", f"etag-{number}"), 1, _NOW - timedelta(days=1))


def indexed(objects: int) -> Iterator[IndexedObject]:
    """Yield the index's items in another order; one in a thousand is lacking."""
    for number in reversed(range(objects)):
        if number % _LACKING:
            key = _key(number)
            yield IndexedObject(run_id_of(key), key, Version(f"version-{number}", f"etag-{number}"))


def _same(state: State) -> State:
    return state


def main(what: str, objects: int) -> None:
    """Compare, and print how many differences were found."""
    differences = 0
    if what == "compared":
        with in_key_order(indexed(objects)) as items:
            found = reconcile(states(stored(objects), items), look_again=_same, now=_NOW, settling=SETTLING)
        differences = found.counts().total()
    else:
        deque(stored(objects), maxlen=0)
        deque(indexed(objects), maxlen=0)
    print(json.dumps({"differences": differences}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
