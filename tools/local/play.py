"""Plays scenes on an embedded AWS of their own, which never outlives them."""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Never

from rich.console import Console

from ops.failures import DIFFERENCE, INTERRUPTED, OK
from ops.screen import console
from tools.local.emulator import REPOSITORY, Emulator
from tools.local.endpoint import Endpoint
from tools.local.steps import StepError, Steps, show_failure

_TERMINATED: Final = 143

Scenes = Callable[[Endpoint, Steps], None]


def play(
    program: str, scenes: Scenes, *, reports: Sequence[Path], afterwards: Callable[[Endpoint], None] | None = None
) -> int:
    """Play the scenes, which write `reports`, and return the exit code; what comes `afterwards` is no step."""
    signal.signal(signal.SIGTERM, _terminate)
    for report in reports:
        # One of an earlier run must not pass for this one's.
        report.unlink(missing_ok=True)
    steps = Steps(clock=time.monotonic, errors=Console(stderr=True), results=console())
    emulator = Emulator()
    folder = None
    try:
        with steps.step("start", "start the embedded AWS"):
            endpoint = emulator.start()
        folder = endpoint.folder
        scenes(endpoint, steps)
        for report in reports:
            console().print(f"report: {report.relative_to(REPOSITORY)}")
        if afterwards:
            afterwards(endpoint)
        with steps.step("stop", "stop the embedded AWS"):
            emulator.stop()
    except StepError as error:
        show_failure(program, error, folder)
        return DIFFERENCE
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        emulator.stop()
    return OK


def _terminate(*_: object) -> Never:
    """Let SIGTERM unwind the stack, so that the embedded AWS is torn down."""
    sys.exit(_TERMINATED)
