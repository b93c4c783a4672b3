"""`python -m tools.bench.page`: puts the tables of the last measurement into `docs/performance.md`."""

import json
import re
import sys
from collections.abc import Collection, Mapping
from typing import Final

from tools.bench.__main__ import BENCHMARKS
from tools.bench.places import PAGE, REPORT, TABLE

_BEGIN: Final = "<!-- measured: `make page` replaces what follows -->"
_END: Final = "<!-- end of what was measured -->"
_FAILURE: Final = 2


class PageError(RuntimeError):
    """A report that no page can be made of; the message says why."""


def check(report: Mapping[str, object], *, expected: Collection[str]) -> None:
    """Raise `PageError` unless all benchmarks were measured, on all of the data."""
    if report["quick"]:
        raise PageError("the last measurement was a quick one: run make bench")
    if missing := [name for name in expected if name not in report]:
        raise PageError(f"the last measurement was without {', '.join(missing)}: run make bench")


def with_table(page: str, table: str) -> str:
    """Return the page with the table between its marks; raise `PageError` where it has none."""
    changed, count = re.subn(
        f"{re.escape(_BEGIN)}.*{re.escape(_END)}", lambda _: f"{_BEGIN}\n\n{table}\n{_END}", page, flags=re.DOTALL
    )
    if count != 1:
        raise PageError("the page lacks the marks between which the tables belong")
    return changed


def _report() -> Mapping[str, object]:
    try:
        report: Mapping[str, object] = json.loads(REPORT.read_bytes())
    except FileNotFoundError:
        raise PageError("nothing was measured yet: run make bench") from None
    return report


def main() -> int:
    """Change the page and return the exit code."""
    try:
        check(_report(), expected=BENCHMARKS)
        PAGE.write_text(with_table(PAGE.read_text("utf-8"), TABLE.read_text("utf-8")), "utf-8")
    except PageError as error:
        sys.stderr.write(f"tools.bench.page: {error}\n")
        return _FAILURE
    return 0


if __name__ == "__main__":
    sys.exit(main())
