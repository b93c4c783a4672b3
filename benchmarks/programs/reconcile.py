"""Reconciles a bucket with an index, both simulated: `reconcile compared|made OBJECTS`.

`made` only makes what there is to compare, so that its share can be taken off.
"""

import json
import sys
from collections import deque
from collections.abc import Iterator

from lambdas.index_run.summary import run_id_of
from ops.reconcile import IndexedObject, StoredObject, Version, reconcile

_MODELS = 24
_LACKING = 1_000


def _key(number: int) -> str:
    return f"raw/dt=2025-11-05/model=model-{number % _MODELS}/phase=P2/01HQVZ3K9X{number:016}.jsonl"


def stored(objects: int) -> Iterator[StoredObject]:
    """Yield the bucket's objects."""
    for number in range(objects):
        yield StoredObject(_key(number), Version(f"version-{number}", f"etag-{number}"))


def indexed(objects: int) -> Iterator[IndexedObject]:
    """Yield the index's items in another order; one in a thousand is lacking."""
    for number in reversed(range(objects)):
        if number % _LACKING:
            key = _key(number)
            yield IndexedObject(run_id_of(key), key, Version(f"version-{number}", f"etag-{number}"))


def main(what: str, objects: int) -> None:
    """Compare, and print how many differences were found."""
    differences = 0
    if what == "compared":
        found = reconcile(stored=stored(objects), indexed=indexed(objects), run_id_of=run_id_of)
        differences = len(found.differences)
    else:
        deque(stored(objects), maxlen=0)
        deque(indexed(objects), maxlen=0)
    print(json.dumps({"differences": differences}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
