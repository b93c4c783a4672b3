"""`python -m tools.contract [--port PORT]`: the demo's lake with a Trino over it, until Ctrl-C."""

import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Never

from ops.command import LineParser
from ops.failures import FAILURE, INTERRUPTED, OK
from tools.contract.assemble import AssemblyError, assembled, java
from tools.contract.lake import filled_lake
from tools.contract.server import ServerError, trino
from tools.local.deploy import DeployError
from tools.local.emulator import EmulatorError

_TERMINATED = 143


def main(argv: Sequence[str] | None = None) -> int:
    """Run both until Ctrl-C and return the exit code; neither outlives it."""
    parser = LineParser(prog="tools.contract", description="A Trino over the demo's lake.", allow_abbrev=False)
    parser.add_argument("--port", type=int, default=8080, help="where Trino listens on 127.0.0.1 (default: 8080)")
    port = parser.parse_args(argv).port
    signal.signal(signal.SIGTERM, _terminate)
    try:
        # What is missing on the machine is said before the lake is deployed.
        java()
        assembled()
        sys.stderr.write("deploying the demo's lake into the embedded AWS\n")
        with filled_lake(today=datetime.now(UTC).date()) as (endpoint, _), trino(endpoint, port=port) as url:
            sys.stdout.write(f"Trino runs until Ctrl-C: ops query SQL --trino {url}\n")
            sys.stdout.flush()
            signal.pause()
    except (AssemblyError, ServerError, EmulatorError, DeployError) as error:
        sys.stderr.write(f"tools.contract: {error}\n")
        return FAILURE
    except KeyboardInterrupt:
        return INTERRUPTED
    return OK


def _terminate(*_: object) -> Never:
    """Let SIGTERM unwind the stack, so that both are torn down."""
    sys.exit(_TERMINATED)


if __name__ == "__main__":
    sys.exit(main())
