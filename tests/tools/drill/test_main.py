"""The drill's program: what it leaves and says, whatever happens in between."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tools.demo.steps import DemoError, Steps
from tools.drill import __main__ as program
from tools.local.emulator import EmulatorError
from tools.local.endpoint import Endpoint

Report = Callable[[Mapping[str, object]], None]


class Emulator:
    """An emulator that only says whether it runs."""

    running = False
    folder: Path

    def start(self) -> Endpoint:
        Emulator.running = True
        return Endpoint("https://x", "http://x", self.folder / "ca", "111122223333", "us-east-1", self.folder)

    def stop(self) -> None:
        Emulator.running = False


@pytest.fixture(autouse=True)
def report(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return where the report goes; one of an earlier run is there."""
    path = tmp_path / "drill" / "report.json"
    path.parent.mkdir()
    path.write_text("{}")
    Emulator.folder = tmp_path
    monkeypatch.setattr(program, "REPORT", path)
    monkeypatch.setattr(program, "REPOSITORY", tmp_path)
    monkeypatch.setattr(program, "Emulator", Emulator)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    return path


def play(monkeypatch: pytest.MonkeyPatch, scene: Callable[[Steps, Report], object]) -> None:
    monkeypatch.setattr(program, "drill", lambda _, steps, *, write_report: scene(steps, write_report))


def test_a_drill_leaves_its_report(
    monkeypatch: pytest.MonkeyPatch, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    play(monkeypatch, lambda _, write: write({"rpo": 0}))
    assert program.main([]) == 0
    assert json.loads(report.read_text()) == {"rpo": 0}
    assert "report: drill/report.json" in capsys.readouterr().out
    assert not Emulator.running


def test_a_step_that_fails_is_named_and_no_earlier_report_is_left(
    monkeypatch: pytest.MonkeyPatch, report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(steps: Steps, _: Report) -> None:
        with steps.step("restore", "restore"):
            raise DemoError("1 of 8 acknowledged objects did not come back")

    play(monkeypatch, fail)
    assert program.main([]) == 1
    err = capsys.readouterr().err
    assert err.startswith("tools.drill: step restore failed: 1 of 8 acknowledged objects did not come back\n")
    assert "DemoError" in (tmp_path / "drill-traceback.log").read_text()
    assert not report.exists()
    assert not Emulator.running


def test_interruption_is_quiet_and_leaves_nothing_running(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    play(monkeypatch, interrupt)
    assert program.main([]) == 130
    assert capsys.readouterr().err == ""
    assert not Emulator.running


def test_an_emulator_that_does_not_start_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: object) -> Endpoint:
        raise EmulatorError("it did not answer")

    monkeypatch.setattr(Emulator, "start", refuse)
    assert program.main([]) == 1
    assert capsys.readouterr().err == "tools.drill: step start failed: it did not answer\n"


def test_usage_error_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(["--now"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "tools.drill: unrecognized arguments: --now\n"
