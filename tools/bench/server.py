"""A loopback server that answers GET and HEAD of files as S3 does of objects, each after a latency.

`server FOLDER MILLISECONDS` prints its URL and serves until it is ended. Ranges and If-Match are all that it knows.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final, TextIO, cast
from urllib.parse import unquote

from tools.bench.data import etag
from tools.bench.places import REPOSITORY

LATENCY_MS: Final = 20
_LOOPBACK: Final = "127.0.0.1"
_DATE: Final = "Wed, 05 Nov 2025 00:00:00 GMT"


def answer(folder: Path, method: str, path: str, headers: Mapping[str, str]) -> bytes:
    """Return the response to one request; `headers` have lower-case names, and `path` begins with the bucket."""
    key = unquote(path.partition("?")[0]).lstrip("/").partition("/")[2]
    file = (folder / key).resolve()
    if not file.is_relative_to(folder.resolve()) or not file.is_file():
        return _response(HTTPStatus.NOT_FOUND)
    tag = f'"{etag(file)}"'
    if headers.get("if-match", tag) != tag:
        return _response(HTTPStatus.PRECONDITION_FAILED)
    content = _content(file)
    told = {"ETag": tag, "Last-Modified": _DATE, "Accept-Ranges": "bytes", "Content-Type": "binary/octet-stream"}
    status, total = HTTPStatus.OK, len(content)
    if asked := headers.get("range"):
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or total - 1), total - 1)
        content, status = content[start : end + 1], HTTPStatus.PARTIAL_CONTENT
        told["Content-Range"] = f"bytes {start}-{end}/{total}"
    return _response(status, told, content, with_body=method != "HEAD")


# The server's own reading must not take the cores from what is measured.
_content: Final = cache(Path.read_bytes)


def _response(
    status: HTTPStatus, headers: Mapping[str, str] | None = None, content: bytes = b"", *, with_body: bool = True
) -> bytes:
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + (content if with_body else b"")


class _Connection(asyncio.Protocol):
    """One connection, its requests one after the other; none of them has a body."""

    def __init__(self, folder: Path, latency: float) -> None:
        self._folder, self._latency = folder, latency
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            request, *lines = head.decode("latin-1").split("\r\n")
            method, path, _ = request.split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            asyncio.get_running_loop().call_later(self._latency, self._respond, method, path, headers)

    def _respond(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer(self._folder, method, path, headers))


async def _serve(folder: Path, latency: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(folder, latency), _LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    print(f"http://{_LOOPBACK}:{port}", flush=True)  # noqa: T201 - what its starter waits for
    await server.serve_forever()


@contextmanager
def serving(folder: Path, *, latency_ms: int = LATENCY_MS) -> Iterator[str]:
    """Serve the folder from a process of its own, and give the URL."""
    command = [sys.executable, "-m", "tools.bench.server", str(folder), str(latency_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        try:
            yield cast("TextIO", process.stdout).readline().strip()
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2]) / 1000))
