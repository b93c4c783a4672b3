"""IndexRun's answers to requests to repair objects of the simulated lake: `reindex KEY OBJECTS`.

The environment says where the lake is. Every object is that of the key, under days of its own.
"""

import json
import re
import sys
import time
from datetime import date, timedelta

from lake.events import repair_event
from lambdas.index_run.handler import handler
from lambdas.reconcile_daily.repair import BATCH_OBJECTS

_FIRST: date = date(2000, 1, 1)


def main(key: str, objects: int) -> None:
    """Ask for batches one after the other, and print how long the answers took."""
    keys = [re.sub("dt=[^/]*", f"dt={_FIRST + timedelta(days=number)}", key) for number in range(objects)]
    begun = time.perf_counter()
    for start in range(0, objects, BATCH_OBJECTS):
        answer = handler(repair_event(keys[start : start + BATCH_OBJECTS]), None)
        if answer != {"failures": {}, "archived": []}:
            raise AssertionError(answer)
    print(json.dumps({"seconds": time.perf_counter() - begun}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
