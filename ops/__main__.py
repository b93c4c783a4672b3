"""Runs `ops COMMAND …`, by the console script of that name or by `python -m ops`."""

import os
import sys


def main() -> int:
    """Run the command line and return its exit code, whatever of its standard streams is closed."""
    # Closed by the caller (`>&-`), they are None.
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - open until the end
    if sys.stdout is None:
        sys.stderr.write("ops: standard output is closed: expected a place for the result\n")
        return 2
    try:
        from ops import cli  # noqa: PLC0415 - imports take long enough for a Ctrl-C to fall into them

        return cli.main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
