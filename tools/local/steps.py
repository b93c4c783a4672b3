"""Steps of a program: each shown while it runs and timed, a failure named after the step it happened in."""

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape


class SceneError(Exception):
    """The lake did not do what a scene expects of it; the message says what."""


class StepError(Exception):
    """A step failed; the cause says why."""

    def __init__(self, step: str) -> None:
        """Name the step."""
        super().__init__(step)
        self.step = step


class Steps:
    """Runs steps one after the other; `seconds` has the time of each that succeeded."""

    def __init__(self, *, clock: Callable[[], float], errors: Console, results: Console) -> None:
        """Take a clock in seconds, where to show what is under way, and where to print what is done."""
        self.seconds: dict[str, float] = {}
        self._clock = clock
        self._errors = errors
        self._results = results

    @contextmanager
    def step(self, name: str, description: str) -> Iterator[Callable[[str], None]]:
        """Run a step and give a function that shows how far it is; raise `StepError` where it fails."""
        begun = self._clock()
        # Without a terminal the status shows nothing.
        with self._errors.status(escape(description)) as status:
            try:
                yield lambda progress: status.update(escape(f"{description}: {progress}"))
            except Exception as error:
                raise StepError(name) from error
        self.seconds[name] = round(self._clock() - begun, 2)
        self._results.print(f"{self.seconds[name]:7.2f} s  {escape(description)}")


def show_failure(program: str, error: StepError, folder: Path | None) -> None:
    """Say which step failed and where the logs are; without a folder nothing started, and the cause names its log."""
    cause = error.__cause__
    sys.stderr.write(f"{program}: step {error.step} failed: {str(cause) or type(cause).__name__}\n")
    if folder:
        log = folder / f"{program.removeprefix('tools.')}-traceback.log"
        log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        sys.stderr.write(f"logs: {folder}\n")
