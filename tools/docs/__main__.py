"""`python -m tools.docs`: write the pages that follow from the templates in `cdk.out/` and from the workload."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tools.docs import architecture, costs, iam
from tools.docs.templates import Declared, read_assembly
from tools.docs.workload import read_workload

REPOSITORY: Final = Path(__file__).resolve().parents[2]
DOCS: Final = REPOSITORY / "docs"
README: Final = REPOSITORY / "README.md"


def _costs(stacks: Sequence[Declared]) -> str:
    return costs.page(stacks, read_workload(DOCS / "workload.toml"))


PAGES: Final[Mapping[str, Callable[[Sequence[Declared]], str]]] = {
    "architecture.md": architecture.page,
    "costs.md": _costs,
    "iam.md": iam.page,
}


def main(*, assembly: Path = REPOSITORY / "cdk.out", docs: Path = DOCS, readme: Path = README) -> int:
    """Write each page, and the picture into the README.

    Return 2 after one line where there are no templates, or the workload is wrong.
    """
    try:
        stacks = read_assembly(assembly)
        pages = {docs / name: page(stacks) for name, page in PAGES.items()}
        pages[readme] = architecture.embedded(readme.read_text(encoding="utf-8"), stacks)
    except FileNotFoundError as error:
        sys.stderr.write(f"{error.filename}: no such file, expected it from `make synth`\n")
        return 2
    except msgspec.MsgspecError as error:
        sys.stderr.write(f"docs/workload.toml: {error}\n")
        return 2
    for file, text in pages.items():
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
