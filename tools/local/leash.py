"""Runs a command whose whole process group ends as soon as standard input does: `python leash.py COMMAND…`.

Standard input is a pipe that the parent never writes to: it ends with the parent, however that ends.
"""

import os
import signal
import sys


def main(command: list[str]) -> None:
    """Become the command, after leaving a child of the group behind that watches standard input."""
    if os.fork() == 0:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.killpg(0, signal.SIGKILL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    os.execv(command[0], command)  # noqa: S606 - a shell would not know what to do with the group


if __name__ == "__main__":
    main(sys.argv[1:])
