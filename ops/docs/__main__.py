"""`python -m ops.docs`: write the pages that follow from the templates in `cdk.out/`."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from ops.docs import iam
from ops.docs.templates import Declared, read_assembly

REPOSITORY: Final = Path(__file__).resolve().parents[2]
DOCS: Final = REPOSITORY / "docs"

PAGES: Final[Mapping[str, Callable[[Sequence[Declared]], str]]] = {"iam.md": iam.page}


def main() -> int:
    """Write each page; return 2 where there are no templates."""
    try:
        stacks = read_assembly(REPOSITORY / "cdk.out")
    except FileNotFoundError as error:
        sys.stderr.write(f"{error.filename}: no templates, expected those of `make synth`\n")
        return 2
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(stacks), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
