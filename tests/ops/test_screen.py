import ast
import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from ops.screen import (
    progress,
    show_data,
    show_error,
    show_json,
    show_line,
    show_message,
    show_table,
    status,
    tracked,
    visible,
)

OPS = Path(__file__).parents[2] / "ops"
# Colour, a window's title, its short form, a cursor, a backspace, a return, and text that turns its direction.
CONTROLS = (
    "\x1b[31m",
    "\x1b]0;title\x07",
    "\x9b2J",
    "\x08",
    "\r",
    "\x00",
    "\x7f",
    "\x85",
    "\u202e",
    "\u2066",
    "\u2028",
)
HOSTILE = "a" + "b".join(CONTROLS) + "c"
FORBIDDEN = {char for text in CONTROLS for char in text if not char.isprintable()}


def test_texts_are_shown_as_they_are_and_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    key = "raw/dt=2025-11-05/model=[bold]é/phase=P0/01HQVZ3K9X1234567890ABCDEF.jsonl"
    show_table("Keys", ("key", "also", "number"), [(key, key, 1234), (key, None, 1)])
    out = capsys.readouterr().out
    assert out.count(key) == 3
    assert "1,234" in out


def test_fractions_are_rounded_for_display_alone(capsys: pytest.CaptureFixture[str]) -> None:
    show_table("Means", ("mean",), [(7.12345,), (None,)])
    out = capsys.readouterr().out
    assert "7.12 " in out
    assert "7.123" not in out


def test_nothing_that_is_shown_controls_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(HOSTILE, (HOSTILE,), [(HOSTILE,)])
    show_json({HOSTILE: HOSTILE})
    show_line(HOSTILE)
    show_message(HOSTILE)
    show_error(HOSTILE)
    out, err = capsys.readouterr()
    assert not FORBIDDEN & {*out, *err}
    assert r"\x1b[31m" in out
    assert r"\x9b2J" in out
    assert r"\x1b]0;title\x07" in err


@given(st.text())
def test_visible_text_has_no_control_but_line_feed_and_tab(text: str) -> None:
    shown = visible(text)
    assert not FORBIDDEN & {*shown}
    assert all(char in "\n\t" or ord(char) >= 0x20 for char in shown)
    assert visible(shown) == shown


@given(st.text())
def test_json_says_the_same_without_controls(text: str) -> None:
    buffer = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", io.TextIOWrapper(buffer, encoding="ascii"))
        show_json({"text": text})
        written = buffer.getvalue().decode()
    assert json.loads(written) == {"text": text}
    assert not FORBIDDEN & {*written}
    assert written.count("\n") == 1


def test_a_table_escapes_what_the_encoding_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    with io.TextIOWrapper(buffer, encoding="ascii") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        show_table("é", ("ü",), [("ß",)])
        show_line("日")
        show_data("é,日\r\n".encode())
        stream.flush()
        shown = buffer.getvalue()
    table, _, data = shown.rpartition(b"\\u65e5\n")
    assert [text in table for text in (rb"\xe9", rb"\xfc", rb"\xdf")] == [True] * 3
    assert data == "é,日\r\n".encode()


def test_data_is_made_visible_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    show_data(b"\x1b[31m,b\r\n")
    monkeypatch.setattr(stream, "isatty", lambda: True)
    show_data(b"\x1b[31m,b\r\n")
    assert buffer.getvalue() == b"\x1b[31m,b\r\n\\x1b[31m,b\n"


def test_a_line_of_a_result_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_line("first\n2025-11-05 ERROR forged")
    assert capsys.readouterr().out == "first\\n2025-11-05 ERROR forged\n"


def test_only_the_screen_writes_to_a_terminal() -> None:
    writes = {"sys.stdout.write", "sys.stderr.write", "sys.stdout.buffer", "print", "Console", "rich.print"}
    for path in {*OPS.rglob("*.py")} - {OPS / "screen.py", OPS / "__main__.py"}:
        used = {ast.unparse(node) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.expr)}
        assert not writes & used, path


def test_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(tracked(range(3), description="x", total=3)) == [0, 1, 2]
    with status("asking") as update:
        update("waiting")
    assert capsys.readouterr() == ("", "")


def test_progress_shows_on_a_terminal_of_standard_error_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress() as display:
        assert list(display.track(range(2), description="work")) == [0, 1]
    out, err = capsys.readouterr()
    assert out == ""
    assert "work" in err
