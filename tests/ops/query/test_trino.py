"""The Trino client against a server that says what it is asked; `make contract` asks a real one."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from ops import cli
from ops.query.failures import QueryError
from ops.query.trino import TrinoEngine

COLUMNS = [
    {"name": name, "type": kind, "typeSignature": {"rawType": kind, "arguments": [{"kind": "LONG", "value": 9}]}}
    for name, kind in (("model", "varchar"), ("n", "bigint"))
]
STATS = {"state": "FINISHED", "physicalInputBytes": 2_000_000}
ASKED: list[tuple[str, str, str]] = []


class Server(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        sql = self.rfile.read(int(self.headers["Content-Length"])).decode()
        ASKED.append((self.headers["X-Trino-Catalog"], self.headers["X-Trino-Schema"], sql))
        answer: dict[str, object] = {"id": "q1", "infoUri": "", "stats": STATS}
        if "nowhere" in sql:
            answer["error"] = {"errorName": "TABLE_NOT_FOUND", "errorType": "USER_ERROR", "message": "line 1:1: no"}
        else:
            answer |= {"columns": COLUMNS, "data": [["x", 3]]}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Server)
    Thread(target=server.serve_forever, daemon=True).start()
    ASKED.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_answer_is_trinos(url: str) -> None:
    answer = TrinoEngine(url=url, database="lake").answer("SELECT 'a' = ?", ["'a'"])
    assert (answer.columns, answer.rows, answer.bytes_read) == (("model", "n"), [("x", 3)], 2_000_000)
    assert ASKED == [("awsdatacatalog", "lake", "EXECUTE IMMEDIATE 'SELECT ''a'' = ?' USING 'a'")]


def test_saved_query_needs_no_aws(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--stage", "dev", "query", "coverage", "--param", "2025-W45", "--trino", url, "--csv"]) == 0
    assert capsys.readouterr().out == "model,n\r\nx,3\r\n"
    assert [(catalog, schema) for catalog, schema, _ in ASKED] == [("awsdatacatalog", "socratic_bench_dev")]


def test_trinos_reason_is_named(url: str) -> None:
    with pytest.raises(QueryError, match=r"^TABLE_NOT_FOUND: line 1:1: no$"):
        TrinoEngine(url=url, database="lake").answer("SELECT 1 FROM nowhere")


def test_no_trino_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["query", "SELECT 1", "--trino", "http://127.0.0.1:9"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "127.0.0.1" in err
