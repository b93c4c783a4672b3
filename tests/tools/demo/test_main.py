"""What the demo's program leaves, and that it can be kept."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from tests.tools.local.stage import FakeEmulator
from tools.demo import __main__ as demo
from tools.local.endpoint import Endpoint
from tools.local.steps import Steps


@pytest.fixture(autouse=True)
def report(monkeypatch: pytest.MonkeyPatch, stage: Path) -> Path:
    def demonstrate(
        _endpoint: Endpoint,
        _steps: Steps,
        *,
        now: datetime,
        write_report: Callable[[Mapping[str, object]], None],
        write_page: Callable[[str], None],
    ) -> None:
        assert now.tzinfo
        write_report({"indexed": 1})
        write_page("<p>")

    path = stage / "demo" / "report.json"
    monkeypatch.setattr(demo, "REPORT", path)
    monkeypatch.setattr(demo, "demonstrate", demonstrate)
    return path


def test_demo_leaves_its_report_and_its_page(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main([]) == 0
    assert json.loads(report.read_text()) == {"indexed": 1}
    assert report.with_suffix(".html").read_text() == "<p>"
    out = capsys.readouterr().out
    assert "report: demo/report.json" in out
    assert "report: demo/report.html" in out


def test_keep_prints_exports_and_runs_until_interrupted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running = []

    def pause() -> None:
        running.append(FakeEmulator.running)
        raise KeyboardInterrupt

    monkeypatch.setattr("signal.pause", pause)
    assert demo.main(["--keep"]) == 0
    assert "export AWS_ENDPOINT_URL=https://x\n" in capsys.readouterr().out
    assert running == [True]
    assert not FakeEmulator.running


def test_usage_error_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        demo.main(["--forever"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "tools.demo: unrecognized arguments: --forever\n"
