"""The embedded AWS as a process: loopback only, and nothing of it outlives who started it."""

import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tools.local.emulator import REPOSITORY, Emulator
from tools.local.endpoint import Endpoint

pytestmark = pytest.mark.scenario

SECONDS = 10.0
CHILD = """
import sys
from tools.local.emulator import Emulator
print(Emulator().start().url, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def aws() -> Iterator[Endpoint]:
    with Emulator() as endpoint:
        yield endpoint


def address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return str(parts.hostname), int(parts.port or 0)


def answers(url: str) -> bool:
    try:
        with socket.create_connection(address(url), timeout=1):
            return True
    except OSError:
        return False


def test_certificate_satisfies_a_strict_verifier(aws: Endpoint) -> None:
    context = ssl.create_default_context(cafile=str(aws.ca_bundle))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    host, _ = address(aws.url)
    with (
        socket.create_connection(address(aws.url)) as connection,
        context.wrap_socket(connection, server_hostname=host) as tls,
    ):
        assert tls.getpeercert()


def test_it_listens_on_loopback_alone(aws: Endpoint) -> None:
    assert address(aws.url)[0] == address(aws.plain_url)[0] == "127.0.0.1"


def test_stopped_emulator_leaves_its_log_and_no_temporary_files() -> None:
    emulator = Emulator()
    with emulator as endpoint:
        assert answers(endpoint.url)
    assert not answers(endpoint.url)
    assert not answers(endpoint.plain_url)
    assert Emulator.log(endpoint.folder).exists()
    assert not (endpoint.folder / "tmp").exists()


def test_emulator_does_not_outlive_a_killed_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        assert answers(url)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + SECONDS
    while answers(url) and time.monotonic() < deadline:
        pass
    assert not answers(url)
