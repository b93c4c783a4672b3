"""How the demo ends: its exit code, what it says and that nothing is left running."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from tools.demo import __main__ as demo
from tools.demo.steps import DemoError, Steps
from tools.local.emulator import EmulatorError
from tools.local.endpoint import Endpoint

Scene = Callable[[Steps], None]


class Emulator:
    running = False
    folder = Path()

    def start(self) -> Endpoint:
        type(self).running = True
        return Endpoint("https://x", "http://x", Path("ca.pem"), "111122223333", "us-east-1", self.folder)

    def stop(self) -> None:
        type(self).running = False


class NoEmulator(Emulator):
    def start(self) -> Endpoint:
        raise EmulatorError("it did not answer; its log x.log ends")


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Emulator.folder = tmp_path
    monkeypatch.setattr(demo, "Emulator", Emulator)
    monkeypatch.setattr(demo, "REPOSITORY", tmp_path)
    monkeypatch.setattr(demo, "REPORT", tmp_path / "demo" / "report.json")
    monkeypatch.setattr("signal.signal", lambda *_: None)


def play(monkeypatch: pytest.MonkeyPatch, scene: Scene) -> None:
    def demonstrate(
        _endpoint: Endpoint,
        steps: Steps,
        *,
        now: datetime,
        write_report: Callable[[Mapping[str, object]], None],
        write_page: Callable[[str], None],
    ) -> None:
        assert Emulator.running
        assert now.tzinfo
        with steps.step("deploy", "deploy"):
            scene(steps)
        write_report({"indexed": 1})
        write_page("<p>")

    monkeypatch.setattr(demo, "demonstrate", demonstrate)


def fail(_: Steps) -> None:
    raise DemoError("stack X failed")


def interrupt(_: Steps) -> None:
    raise KeyboardInterrupt


def test_success_leaves_the_report_and_nothing_running(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play(monkeypatch, lambda _: None)
    assert demo.main([]) == 0
    assert json.loads(demo.REPORT.read_text()) == {"indexed": 1}
    assert demo.REPORT.with_suffix(".html").read_text() == "<p>"
    assert not Emulator.running
    out, err = capsys.readouterr()
    assert "report: demo/report.json" in out
    assert err == ""


def test_failure_names_step_and_logs_and_leaves_no_old_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    demo.REPORT.parent.mkdir()
    demo.REPORT.write_text("{}")
    play(monkeypatch, fail)
    assert demo.main([]) == 1
    assert capsys.readouterr().err == f"tools.demo: step deploy failed: stack X failed\nlogs: {tmp_path}\n"
    assert "DemoError: stack X failed" in (tmp_path / "demo-traceback.log").read_text()
    assert not demo.REPORT.exists()
    assert not Emulator.running


def test_emulator_that_does_not_start_is_reported_with_its_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "Emulator", NoEmulator)
    assert demo.main([]) == 1
    assert capsys.readouterr().err == "tools.demo: step start failed: it did not answer; its log x.log ends\n"


def test_interruption_is_quiet_and_leaves_nothing_running(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play(monkeypatch, interrupt)
    assert demo.main([]) == 130
    assert capsys.readouterr().err == ""
    assert not Emulator.running


def test_keep_prints_exports_and_runs_until_interrupted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running = []

    def pause() -> None:
        running.append(Emulator.running)
        raise KeyboardInterrupt

    monkeypatch.setattr("signal.pause", pause)
    play(monkeypatch, lambda _: None)
    assert demo.main(["--keep"]) == 0
    assert "export AWS_ENDPOINT_URL=https://x\n" in capsys.readouterr().out
    assert running == [True]
    assert not Emulator.running


def test_usage_error_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        demo.main(["--forever"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "tools.demo: unrecognized arguments: --forever\n"
