"""What the drill's program leaves."""

import json
from pathlib import Path

import pytest

from tools.drill import __main__ as program


def test_a_drill_leaves_its_report(
    monkeypatch: pytest.MonkeyPatch, stage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "REPORT", stage / "drill" / "report.json")
    monkeypatch.setattr(program, "drill", lambda *_, write_report: write_report({"rpo": 0}))
    assert program.main([]) == 0
    assert json.loads(program.REPORT.read_text()) == {"rpo": 0}
    assert "report: drill/report.json" in capsys.readouterr().out


def test_usage_error_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(["--now"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "tools.drill: unrecognized arguments: --now\n"
