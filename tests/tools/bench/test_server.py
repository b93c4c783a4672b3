from pathlib import Path

import pytest

from tools.bench.data import etag
from tools.bench.server import answer

KEY = "raw/dt=2025-11-05/model=m/phase=P2/R.jsonl"
BODY = b"0123456789"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "sample" / KEY
    path.parent.mkdir(parents=True)
    path.write_bytes(BODY)
    (tmp_path / "outside").write_bytes(b"secret")
    return tmp_path / "sample"


def ask(folder: Path, key: str = KEY, method: str = "GET", **headers: str) -> tuple[str, bytes]:
    """Return the status line's rest and the body."""
    head, _, body = answer(folder, method, f"/bench/{key}", headers).partition(b"\r\n\r\n")
    return head.split(b"\r\n")[0].decode().removeprefix("HTTP/1.1 "), body


def test_an_object_is_given_whole_or_in_part(folder: Path) -> None:
    assert ask(folder) == ("200 OK", BODY)
    assert ask(folder, KEY.replace("=", "%3D") + "?x-id=GetObject") == ("200 OK", BODY)
    assert ask(folder, range="bytes=2-4") == ("206 Partial Content", b"234")
    assert ask(folder, range="bytes=8-99") == ("206 Partial Content", b"89")
    assert ask(folder, method="HEAD") == ("200 OK", b"")


def test_another_version_fails_the_condition(folder: Path) -> None:
    tag = etag(folder / KEY)
    assert ask(folder, **{"if-match": f'"{tag}"'})[0] == "200 OK"
    assert ask(folder, **{"if-match": '"other"'})[0] == "412 Precondition Failed"


@pytest.mark.parametrize("key", ["raw/none.jsonl", "raw", "../outside"])
def test_nothing_but_the_samples_files_is_served(folder: Path, key: str) -> None:
    assert ask(folder, key)[0] == "404 Not Found"
