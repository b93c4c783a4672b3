"""The work of IndexRun for one object, again and again: `index FILE KEY OBJECTS REPEATS`.

Each object's content is the file's, `REPEATS` times.
"""

import json
import sys
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path

from lambdas.index_run.summary import Item, ObjectVersion, Surroundings, run_item
from schemas.keys.projection import Projection
from schemas.keys.weeks import Week
from schemas.run_index import Attribute

_RESULT = (
    Attribute.TURN_COUNT,
    Attribute.INVALID_LINES,
    Attribute.MEAN_SCORE,
    Attribute.COMPLIANCE_RATE,
    Attribute.PROMPT_TOKENS,
    Attribute.HALF_LIFE_TURN,
)


def main(file: Path, key: str, objects: int, repeats: int) -> None:
    """Make the items, and print what the last one says."""
    body = file.read_bytes()
    item: Item = {}
    week = Week(2025, 1)
    surroundings = Surroundings({"gpt-5"}, Projection(week.monday, week), datetime.now(UTC))
    version = ObjectVersion(key, "version", "etag", len(body) * repeats)
    for _ in range(objects):
        item = run_item(version, repeat(body, repeats), surroundings)
    print(json.dumps({str(name): float(str(item.get(name, 0))) for name in _RESULT} if item else {}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
