import json
from pathlib import Path

from tools.local.reports import write_report


def test_each_run_keeps_its_own_report_and_the_last_one_is_the_latest(tmp_path: Path) -> None:
    latest = tmp_path / "demo" / "report.json"
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        write_report({"run": number}, folder=tmp_path / str(number), latest=latest)
    assert [json.loads((tmp_path / str(number) / "report.json").read_text()) for number in (1, 2)] == [
        {"run": 1},
        {"run": 2},
    ]
    assert json.loads(latest.read_text()) == {"run": 2}
    assert [path.name for path in latest.parent.iterdir()] == ["report.json"]
