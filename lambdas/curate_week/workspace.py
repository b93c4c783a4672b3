"""Folders to make files in; removes those that abandoned processes have left."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import Final

_PREFIX: Final = "socratic-bench-curate-week-"


@contextmanager
def work_folder() -> Iterator[Path]:
    """Give an empty folder, which is removed afterwards.

    An invocation that runs into its time limit removes nothing, and Lambda hands its disk to the next one, where a
    large week's files would leave no room for themselves. So folders that no process holds are removed first:
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """
    for folder in Path(gettempdir()).glob(f"{_PREFIX}*"):
        _remove_unless_held(folder)
    folder, lock = _held_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _held_folder() -> tuple[Path, int]:
    """Return a new folder and its lock, which ends with the process."""
    while True:
        folder = Path(mkdtemp(prefix=_PREFIX))
        with suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():
                return folder, lock
            os.close(lock)  # it was taken for an abandoned one before it was locked


def _remove_unless_held(folder: Path) -> None:
    with suppress(OSError):  # it is somebody else's, held, or gone
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
