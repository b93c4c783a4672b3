"""Trino does not come up: one line says why, and no process stays."""

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tools.contract import server
from tools.contract.server import ServerError, catalog_settings, settings, trino
from tools.local.endpoint import Endpoint

LOG = "2026 ERROR main first\nCaused by: a.B: outer\n\tat x\nCaused by: java.net.BindException: in use\n"


@pytest.fixture
def endpoint(tmp_path: Path) -> Endpoint:
    return Endpoint(
        url="https://127.0.0.1:1",
        plain_url="http://127.0.0.1:2",
        ca_bundle=tmp_path / "ca.pem",
        account_id="111122223333",
        region="us-east-1",
        folder=tmp_path,
    )


def pretend(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> None:
    """Put a script in the place of Java."""
    program = folder / "java"
    program.write_text(f"#!/bin/sh\necho $$ > {folder}/pid\n{body}")
    program.chmod(stat.S_IRWXU)
    monkeypatch.setattr(server, "java", lambda: str(program))
    monkeypatch.setattr(server, "assembled", lambda: folder)


def start(endpoint: Endpoint, port: int = 0) -> None:
    with trino(endpoint, port=port):
        pytest.fail("it cannot have started")


def test_server_that_dies_says_why(endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, tmp_path, f"printf '{LOG}'; exit 3")
    expected = r"^Trino ended with exit code 3: Caused by: java\.net\.BindException: in use; its log: \S+$"
    with pytest.raises(ServerError, match=expected):
        start(endpoint)


def test_server_that_never_answers_is_ended(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, tmp_path, "exec tail -f /dev/null")
    monkeypatch.setattr(server, "_START_SECONDS", 0.5)
    with pytest.raises(ServerError, match=r"^Trino did not answer within 0\.5 s; its log: \S+$"):
        start(endpoint)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


class NodesLater(BaseHTTPRequestHandler):
    """A Trino that has started, and whose only node has the catalog from the third query on."""

    looks = 0

    def do_GET(self) -> None:
        self._answer({"starting": False})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        NodesLater.looks += 1
        if NodesLater.looks < 3:
            error = {"errorName": "NO_NODES_AVAILABLE", "message": "none", "errorCode": 1, "errorType": "X"}
            self._answer({"id": "1", "infoUri": "", "error": error, "stats": {"state": "FAILED"}})
        else:
            count = {"name": "_col0", "type": "bigint", "typeSignature": {"rawType": "bigint", "arguments": []}}
            self._answer(
                {"id": "1", "infoUri": "", "columns": [count], "data": [[0]], "stats": {"state": "FINISHED"}}
            )

    def _answer(self, body: object) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def nodes_later() -> Iterator[str]:
    NodesLater.looks = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), NodesLater) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


def test_server_is_up_when_it_reads_tables(nodes_later: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_POLL_SECONDS", 0.01)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        server._await(process, nodes_later, tmp_path / "trino.log")
        process.kill()
    assert NodesLater.looks == 3


def test_port_that_is_taken_is_named(endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, tmp_path, "exit 1")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=rf"^port {port} of 127\.0\.0\.1: .*; choose another with --port$"):
            start(endpoint, port)


def test_everything_is_on_loopback(endpoint: Endpoint, tmp_path: Path) -> None:
    assert "discovery.uri=http://127.0.0.1:8080\n" in settings(port=8080, folder=tmp_path, plugins=tmp_path)
    assert catalog_settings(endpoint).count(f"={endpoint.plain_url}\n") == 2
    assert "-Dnode.bind-ip=127.0.0.1" in server._JVM
