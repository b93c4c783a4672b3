"""`python -m tools.templates`: accept the templates of `cdk.out/` into `templates/`."""

import sys

from tools.templates.accepted import REPOSITORY, accept


def main() -> int:
    """Write the accepted templates; return 2 after one line where nothing was synthesized."""
    try:
        accept(REPOSITORY / "cdk.out")
    except FileNotFoundError as error:
        sys.stderr.write(f"{error.filename}: no such file, expected it from `make synth`\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
