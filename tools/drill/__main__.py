"""`python -m tools.drill`: lose a lake on the embedded AWS, bring it back, and measure."""

import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Final, Never

from rich.console import Console

from ops.command import LineParser
from ops.failures import DIFFERENCE, INTERRUPTED, OK
from ops.screen import console
from tools.demo.steps import StepError, Steps, show_failure
from tools.drill.scenes import drill
from tools.local.emulator import REPOSITORY, Emulator
from tools.local.reports import write_report

REPORT: Final = REPOSITORY / "build" / "drill" / "report.json"
_TERMINATED: Final = 143


def main(argv: Sequence[str] | None = None) -> int:
    """Run the drill and return its exit code; the embedded AWS never outlives it."""
    LineParser(prog="tools.drill", description="Lose a lake and bring it back.", allow_abbrev=False).parse_args(argv)
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
        drill(endpoint, steps, write_report=partial(write_report, folder=folder, latest=REPORT))
    except StepError as error:
        show_failure("tools.drill", error, folder)
        return DIFFERENCE
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        emulator.stop()
    console().print(f"report: {REPORT.relative_to(REPOSITORY)}")
    return OK


def _terminate(*_: object) -> Never:
    """Let SIGTERM unwind the stack, so that the embedded AWS is torn down."""
    sys.exit(_TERMINATED)


if __name__ == "__main__":
    sys.exit(main())
