"""The emulator's process as the operating system sees it: its sockets, its health and its end."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"

_HEALTH_PATH = "/_ministack/health"


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


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads its group and whatever it started, at once: nothing that it holds is kept."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
