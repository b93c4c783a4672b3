import pytest

from ops.screen import progress, show_table, tracked


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


def test_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(tracked(range(3), description="x", total=3)) == [0, 1, 2]
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
