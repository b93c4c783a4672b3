"""How a program on the embedded AWS ends: its exit code, what it says, and that nothing is left running."""

from pathlib import Path

import pytest

from ops.failures import INTERRUPTED
from tests.tools.local.stage import FakeEmulator
from tools.local.emulator import EmulatorError
from tools.local.endpoint import Endpoint
from tools.local.play import Scenes, play
from tools.local.steps import SceneError, Steps


@pytest.fixture
def report(stage: Path) -> Path:
    """Return where the report goes; one of an earlier run is there."""
    path = stage / "report.json"
    path.write_text("{}")
    return path


def writes(path: Path) -> Scenes:
    def scenes(endpoint: Endpoint, steps: Steps) -> None:
        assert FakeEmulator.running
        with steps.step("report", "report"):
            (endpoint.folder / path.name).write_text("new")

    return scenes


def test_success_leaves_the_report_and_nothing_running(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert play("tools.x", writes(report), reports=[report]) == 0
    assert report.read_text() == "new"
    assert not FakeEmulator.running
    out, err = capsys.readouterr()
    assert "report: report.json" in out
    assert err == ""


def test_failure_names_step_and_logs_and_leaves_no_old_report(
    report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Endpoint, steps: Steps) -> None:
        with steps.step("deploy", "deploy"):
            raise SceneError("stack X failed")

    assert play("tools.x", fail, reports=[report]) == 1
    assert capsys.readouterr().err == f"tools.x: step deploy failed: stack X failed\nlogs: {report.parent}\n"
    assert "SceneError: stack X failed" in (report.parent / "x-traceback.log").read_text()
    assert not report.exists()
    assert not FakeEmulator.running


def test_emulator_that_does_not_start_is_one_line(
    report: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> Endpoint:
        raise EmulatorError("it did not answer; its log x.log ends")

    monkeypatch.setattr(FakeEmulator, "start", refuse)
    assert play("tools.x", writes(report), reports=[report]) == 1
    assert capsys.readouterr().err == "tools.x: step start failed: it did not answer; its log x.log ends\n"


def test_interruption_is_quiet_and_leaves_nothing_running(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    assert play("tools.x", interrupt, reports=[report]) == INTERRUPTED
    assert capsys.readouterr().err == ""
    assert not FakeEmulator.running


def test_what_comes_afterwards_finds_the_embedded_aws_running(report: Path) -> None:
    found = []
    code = play("tools.x", writes(report), reports=[report], afterwards=lambda _: found.append(FakeEmulator.running))
    assert code == 0
    assert found == [True]
    assert not FakeEmulator.running
