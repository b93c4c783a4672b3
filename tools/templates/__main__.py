"""`python -m tools.templates`: accept the templates of `build/assembly`; `--choices` prints what made them."""

import argparse
import json
import sys
from collections.abc import Sequence

from schemas.choices import chosen
from tools.templates.accepted import REPOSITORY, accept, opted_into


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the accepted templates; return 2 after one line where nothing was synthesized."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.templates", description="Accept the synthesized templates."
    )
    parser.add_argument("--choices", action="store_true", help="print arguments of cdk, and write nothing")
    if parser.parse_args(arguments).choices:
        context = json.loads((REPOSITORY / "cdk.json").read_text(encoding="utf-8"))["context"]
        own = {key: str(value) for key, value in chosen(context).items()}
        other = {key: value for key, value in opted_into(own).items() if own.get(key) != value}
        sys.stdout.write(" ".join(f"-c {key}={value}" for key, value in other.items()))
        return 0
    try:
        accept(REPOSITORY / "build" / "assembly")
    except FileNotFoundError as error:
        sys.stderr.write(f"{error.filename}: no such file, expected it from `make snapshots`\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
