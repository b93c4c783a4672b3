"""Fetches objects of a sample from the loopback server by CurateWeek's reader: `fetch FOLDER URL COUNT`."""

import json
import sys
from itertools import islice
from pathlib import Path

from lambdas.curate_week.inputs import Source
from lambdas.curate_week.reader import ReadAhead
from schemas.keys.layout import RawKey
from tools.bench.programs.curate import objects, store


def main(folder: Path, url: str, count: int) -> None:
    """Fetch the first `COUNT` and print how many bytes they have."""
    sources = [Source(RawKey.parse(found.key), found) for found in islice(objects(folder), count)]
    with ReadAhead(store(url), sources) as reader:
        size = sum(len(chunk) for source in sources for chunk in reader.read(source))
    print(json.dumps({"bytes": size}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
