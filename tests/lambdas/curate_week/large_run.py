"""Curates a run whose turns are large in a field: `python -m … FIELD TURNS MIB FOLDER`.

Prints what came out and the peak memory of this process, for tests that bound it.
"""

import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

from lambdas.curate_week.engine import curate
from lambdas.curate_week.inputs import Source, week_inputs
from lambdas.curate_week.listing import RawObject
from tests.lambdas.curate_week.weeks import WEEK
from tests.schemas.examples import KEY, line_with_raw

_LISTED = b'"lecturing"'
_STATUS = Path("/proc/self/status")


def peak_memory() -> int:
    """Return the peak of this process in bytes, and of nothing that it was started from.

    On Linux the peak that getrusage tells begins with that of the process that forked this one.
    """
    if not _STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (peak,) = (line.split()[1] for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak) * 1024


def main(field: str, turns: int, mebibytes: int, folder: Path) -> None:
    """Curate the run and print the result."""
    size = mebibytes * 1024 * 1024
    value = b'"' + b"x" * size + b'"'
    if field == "violations":
        value = b"[" + b",".join([_LISTED] * (size // len(_LISTED + b","))) + b"]"

    def read(_: Source) -> Iterator[bytes]:
        for turn in range(1, turns + 1):
            yield line_with_raw(field, value).replace(b'"turn": 3', b'"turn": %d' % turn) + b"\n"

    inputs = week_inputs(WEEK, [RawObject(str(KEY), "etag", turns * len(value))])
    counts = curate(inputs.runs(), read=read, folder=folder, generated_from="").counts
    print(json.dumps({"lines": counts.lines, "accounted": counts.rows + counts.rejected, "peak": peak_memory()}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
