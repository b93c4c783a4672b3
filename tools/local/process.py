"""Process groups that end with this process, and the sockets and health of a server on the loopback interface."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import IO, Final

LOOPBACK: Final = "127.0.0.1"

_HEALTH_PATH = "/_ministack/health"
_LEASH = Path(__file__).with_name("leash.py")


def listening() -> socket.socket:
    """Return a listening socket on a free loopback port; handed down open, no other process can take the port."""
    listener = socket.socket()
    listener.bind((LOOPBACK, 0))
    listener.listen(socket.SOMAXCONN)
    return listener


def healthy(url: str, ca_bundle: Path) -> bool:
    """Return whether the emulator answers; its certificate authority is the first thing that it writes."""
    try:
        context = ssl.create_default_context(cafile=str(ca_bundle))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with opener.open(url + _HEALTH_PATH, timeout=2) as response:
            return bool(response.status == HTTPStatus.OK)
    except (OSError, urllib.error.URLError):
        return False


def start_group(
    command: Sequence[str],
    *,
    directory: Path,
    environment: Mapping[str, str],
    log: IO[bytes],
    sockets: Iterable[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a command, its output in `log`; it and whatever it starts end with this process, however that ends."""
    return subprocess.Popen(
        [sys.executable, "-I", str(_LEASH), *command],
        cwd=directory,
        env=environment,
        pass_fds=tuple(sockets),
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a command of `start_group` and whatever it started, at once: nothing that it holds is kept."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
