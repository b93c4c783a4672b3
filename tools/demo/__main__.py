"""`python -m tools.demo [--keep]`: the lake deployed into the embedded AWS, used, checked and reported."""

import shlex
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final, Never

from rich.console import Console

from ops.command import LineParser
from ops.failures import DIFFERENCE, INTERRUPTED, OK
from ops.screen import console
from tools.demo.scenes import demonstrate
from tools.demo.steps import StepError, Steps, show_failure
from tools.local.emulator import REPOSITORY, Emulator
from tools.local.endpoint import Endpoint
from tools.local.reports import write_page, write_report

REPORT: Final = REPOSITORY / "build" / "demo" / "report.json"
_TERMINATED: Final = 143
_EXPORTED: Final = ("AWS_", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo and return its exit code; the embedded AWS never outlives it."""
    parser = LineParser(prog="tools.demo", description="The whole lake on an embedded AWS.", allow_abbrev=False)
    parser.add_argument("--keep", action="store_true", help="leave the embedded AWS running until Ctrl-C")
    keep = parser.parse_args(argv).keep
    signal.signal(signal.SIGTERM, _terminate)
    # A report of an earlier run must not pass for this one's.
    REPORT.unlink(missing_ok=True)
    steps = Steps(clock=time.monotonic, errors=Console(stderr=True), results=console())
    emulator = Emulator()
    folder = None
    try:
        with steps.step("start", "start the embedded AWS"):
            endpoint = emulator.start()
        folder = endpoint.folder
        page = REPORT.with_suffix(".html")
        demonstrate(
            endpoint,
            steps,
            now=datetime.now(UTC),
            write_report=partial(write_report, folder=folder, latest=REPORT),
            write_page=partial(write_page, folder=folder, latest=page),
        )
        for left in (REPORT, page):
            console().print(f"report: {left.relative_to(REPOSITORY)}")
        if keep:
            _keep(endpoint)
        with steps.step("stop", "stop the embedded AWS"):
            emulator.stop()
    except StepError as error:
        show_failure("tools.demo", error, folder)
        return DIFFERENCE
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        emulator.stop()
    return OK


def _keep(endpoint: Endpoint) -> None:
    """Say how to use the embedded AWS, and return at Ctrl-C."""
    for name, value in endpoint.environment().items():
        if name.startswith(_EXPORTED):
            sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    sys.stdout.write("The embedded AWS runs until Ctrl-C.\n")
    sys.stdout.flush()
    try:
        signal.pause()
    except KeyboardInterrupt:
        return


def _terminate(*_: object) -> Never:
    """Let SIGTERM unwind the stack, so that the embedded AWS is torn down."""
    sys.exit(_TERMINATED)


if __name__ == "__main__":
    sys.exit(main())
