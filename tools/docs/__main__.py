"""`python -m tools.docs`: write the pages that follow from the accepted templates and from the workload."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from tools.docs import architecture, costs, iam
from tools.docs.workload import read_workload
from tools.templates.accepted import REPOSITORY, read_accepted
from tools.templates.model import Lake

DOCS: Final = REPOSITORY / "docs"


def _costs(lake: Lake) -> str:
    return costs.page(lake, read_workload(DOCS / "workload.toml"))


PAGES: Final[Mapping[str, Callable[[Lake], str]]] = {
    "architecture.md": architecture.page,
    "costs.md": _costs,
    "iam.md": iam.page,
}


def main(*, root: Path = REPOSITORY, docs: Path = DOCS) -> int:
    """Write each page; return 2 after one line where the workload is wrong."""
    lake = read_accepted(root)
    try:
        pages = {docs / name: page(lake) for name, page in PAGES.items()}
    except msgspec.MsgspecError as error:
        sys.stderr.write(f"docs/workload.toml: {error}\n")
        return 2
    for file, text in pages.items():
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
