"""A loopback server that answers as S3 and DynamoDB do for a lake of very many objects, each after a latency.

`lake_server OBJECTS_A_DAY DAYS S3_MS DYNAMODB_MS BODY` prints its URL and serves until it is ended.
Days begin with the Monday of `FIRST_WEEK`, and each has the same cells. Of all objects the one in the middle has no
item. Each GET of a raw object answers with the file `BODY`; nothing else is there, and what is put is dropped.
"""

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final, TextIO, cast
from urllib.parse import parse_qs, unquote, urlsplit

from schemas.keys.grammar import Phase
from schemas.keys.layout import RAW_PREFIX
from schemas.keys.weeks import Week
from tools.bench.places import REPOSITORY

FIRST_WEEK: Final = Week(2025, 40)
FIRST_DAY: Final = FIRST_WEEK.monday
MODELS: Final = 7
_LOOPBACK: Final = "127.0.0.1"
_LISTED: Final = 1_000
# DynamoDB answers with a megabyte at most.
_QUERIED: Final = 3_000
_MODIFIED: Final = "2025-10-01T00:00:00.000Z"
_HTTP_DATE: Final = "Wed, 01 Oct 2025 00:00:00 GMT"


@dataclass(frozen=True)
class SimulatedLake:
    """Objects by number, in the order of their keys, and what the two services say of them."""

    objects_a_day: int
    days: int
    body: bytes

    @property
    def objects(self) -> int:
        """How many there are."""
        return self.objects_a_day * self.days

    def _key(self, number: int) -> str:
        day, place = divmod(number, self.objects_a_day)
        return f"{_folder(day, place * MODELS * len(Phase) // self.objects_a_day)}01HQVZ3K9X{number:016}.jsonl"

    def _first_of(self, day: str) -> int:
        return max(0, min(self.days, (date.fromisoformat(day) - FIRST_DAY).days)) * self.objects_a_day

    def listing(self, query: Mapping[str, list[str]]) -> bytes:
        """Return a page of `ListObjectsV2`."""
        prefix = query["prefix"][0]
        first, end = 0, self.objects if prefix.startswith(RAW_PREFIX) else 0
        if prefix.startswith(f"{RAW_PREFIX}dt="):
            first = self._first_of(prefix.rpartition("=")[2].removesuffix("/"))
            end = min(first + self.objects_a_day, end)
        if token := query.get("continuation-token"):
            first = int(token[0])
        elif after := query.get("start-after"):
            first = self._first_of(after[0].rpartition("=")[2])
        beyond = min(first + _LISTED, end)
        listed = "".join(
            f"<Contents><Key>{self._key(number)}</Key><LastModified>{_MODIFIED}</LastModified>"
            f"<ETag>&quot;{_etag(number)}&quot;</ETag><Size>{len(self.body)}</Size></Contents>"
            for number in range(first, beyond)
        )
        more = f"<NextContinuationToken>{beyond}</NextContinuationToken>" if beyond < end else ""
        return (
            f"<ListBucketResult><IsTruncated>{'true' if more else 'false'}</IsTruncated>{more}{listed}"
            "</ListBucketResult>"
        ).encode()

    def query(self, request: Mapping[str, object]) -> bytes:
        """Return a page of a day's items."""
        values = cast("Mapping[str, Mapping[str, str]]", request["ExpressionAttributeValues"])
        day = values[":day"]["S"]
        if day == "!":
            return b'{"Items":[],"Count":0}'
        first = self._first_of(day)
        beyond = min(first + self.objects_a_day, self.objects)
        if last := cast("Mapping[str, Mapping[str, str]]", request.get("ExclusiveStartKey", {})):
            first = int(last["run_id"]["S"][10:]) + 1
        page = range(first, min(first + _QUERIED, beyond))
        items = ",".join(self._item(number) for number in page if number != self.objects // 2)
        more = f',"LastEvaluatedKey":{self._item(page[-1])}' if page and page[-1] + 1 < beyond else ""
        return f'{{"Items":[{items}]{more}}}'.encode()

    def _item(self, number: int) -> str:
        key = self._key(number)
        return (
            f'{{"run_id":{{"S":"{key[-32:-6]}"}},"object_key":{{"S":"{key}"}},'
            f'"version_id":{{"S":"{number:032x}"}},"etag":{{"S":"{_etag(number)}"}}}}'
        )


def _etag(name: object) -> str:
    """Return that of an object that came in parts, which says nothing about its bytes."""
    return f"{name:0>30}-1"


@cache
def _folder(day: int, cell: int) -> str:
    model, phase = divmod(cell, len(Phase))
    return f"{RAW_PREFIX}dt={FIRST_DAY + timedelta(days=day)}/model=model-{model}/phase={[*Phase][phase]}/"


class _Connection(asyncio.Protocol):
    """One connection, its requests one after the other."""

    def __init__(self, lake: SimulatedLake, latencies: Mapping[bool, float]) -> None:
        self._lake, self._latencies = lake, latencies
        self._received = bytearray()
        self._invited = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            request, *lines = self._received[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            start = end + len(b"\r\n\r\n")
            beyond = start + int(headers.get("content-length", 0))
            if len(self._received) < beyond:
                self._invite(headers)
                return
            body = bytes(self._received[start:beyond])
            del self._received[:beyond]
            self._invited = False
            method, target, _ = request.split(" ")
            answer = self._answer(method, target, headers.get("x-amz-target", "").rpartition(".")[2], body)
            asyncio.get_running_loop().call_later(self._latencies[method == "POST"], self._respond, answer)

    def _invite(self, headers: Mapping[str, str]) -> None:
        """Ask for the body of a request that waits to be asked."""
        if headers.get("expect") and not self._invited:
            self._invited = True
            self._respond(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _answer(self, method: str, target: str, operation: str, body: bytes) -> bytes:
        if method == "POST":
            answers = {"Query": self._lake.query, "BatchGetItem": _no_items}
            return _response(answers[operation](json.loads(body)) if operation in answers else b"{}")
        url = urlsplit(target)
        query = parse_qs(url.query)
        if "list-type" in query:
            return _response(self._lake.listing(query))
        if method == "PUT":
            return _response(b"", etag=hashlib.md5(body, usedforsecurity=False).hexdigest())
        if not unquote(url.path).partition("/")[2].partition("/")[2].startswith(RAW_PREFIX):
            return _response(b"", status=HTTPStatus.NOT_FOUND)
        etag = _etag(unquote(url.path)[-22:-6].lstrip("0"))
        return _response(self._lake.body, etag=etag, with_body=method == "GET")

    def _respond(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


def _no_items(request: Mapping[str, object]) -> bytes:
    tables = cast("Mapping[str, object]", request["RequestItems"])
    return json.dumps({"Responses": {table: [] for table in tables}, "UnprocessedKeys": {}}).encode()


def _response(content: bytes, *, status: HTTPStatus = HTTPStatus.OK, etag: str = "", with_body: bool = True) -> bytes:
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Length: {len(content)}",
        f"Last-Modified: {_HTTP_DATE}",
    ]
    if etag:
        lines += [f'ETag: "{etag}"', f"x-amz-version-id: {etag}"]
    return "\r\n".join([*lines, "", ""]).encode() + (content if with_body else b"")


async def _serve(lake: SimulatedLake, latencies: Mapping[bool, float]) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(lake, latencies), _LOOPBACK, 0)
    print(f"http://{_LOOPBACK}:{server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201 - what its starter waits for
    await server.serve_forever()


@contextmanager
def serving_lake(
    *, objects_a_day: int, days: int, body: Path, s3_ms: int = 20, dynamodb_ms: int = 5
) -> Iterator[str]:
    """Serve from a process of its own, and give the URL."""
    arguments = map(str, (objects_a_day, days, s3_ms, dynamodb_ms, body))
    command = [sys.executable, "-m", "tools.bench.lake_server", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        try:
            yield cast("TextIO", process.stdout).readline().strip()
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(
        _serve(
            SimulatedLake(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[5]).read_bytes()),
            {False: int(sys.argv[3]) / 1000, True: int(sys.argv[4]) / 1000},
        )
    )
