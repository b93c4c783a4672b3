"""What a command started as a group leaves behind when the process that started it goes: nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools.local.emulator import REPOSITORY
from tools.local.process import end_group, start_group

# A command that does as `cdk deploy` does: starts another process, and waits for it.
COMMAND = ["/bin/sh", "-c", 'sleep 600 & echo started >"/dev/fd/$1"; wait', "command"]
PARENT = """
import sys, time
from pathlib import Path
from tools.local.process import start_group
pipe = int(sys.argv[1])
with open("/dev/null", "wb") as log:
    start_group([*sys.argv[2:], str(pipe)], directory=Path(), environment={}, log=log, sockets=[pipe])
time.sleep(600)
"""


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_group_ends_with_the_process_that_started_it(end: signal.Signals) -> None:
    read, write = os.pipe()
    arguments = [sys.executable, "-c", PARENT, str(write), *COMMAND]
    with subprocess.Popen(arguments, cwd=REPOSITORY, pass_fds=[write]) as parent, os.fdopen(read, "rb") as alive:
        os.close(write)
        assert alive.readline() == b"started\n"
        parent.send_signal(end)
        # Whoever still lived would hold the pipe open.
        assert alive.read() == b""


def test_nothing_that_a_command_started_outlives_its_end(tmp_path: Path) -> None:
    read, write = os.pipe()
    with (tmp_path / "log").open("wb") as log, os.fdopen(read, "rb") as alive:
        process = start_group([*COMMAND, str(write)], directory=tmp_path, environment={}, log=log, sockets=[write])
        os.close(write)
        assert alive.readline() == b"started\n"
        end_group(process)
        assert alive.read() == b""


def test_a_command_has_its_arguments_and_exit_code_and_no_input(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        process = start_group(
            ["/bin/sh", "-c", 'cat; echo "$1"; exit 3', "command", "a b"],
            directory=tmp_path,
            environment={},
            log=log,
        )
        assert process.wait() == 3
        end_group(process)
    assert (tmp_path / "log").read_text() == "a b\n"
