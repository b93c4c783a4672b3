"""`python -m ops COMMAND …`."""

import os
import sys

if __name__ == "__main__":
    # Closed by the caller (`>&-`), they would be None; what goes there is not wanted.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - open until the end
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - open until the end
    try:
        # Imports take long enough for a Ctrl-C to fall into them.
        from ops.cli import main

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
