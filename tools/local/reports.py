"""The report that a run leaves behind."""

import json
from collections.abc import Mapping
from pathlib import Path


def write_report(report: Mapping[str, object], *, folder: Path, latest: Path) -> None:
    """Write a report into its run's folder, and make it the latest one, whole at any moment."""
    text = json.dumps(report, indent=2) + "\n"
    (folder / "report.json").write_text(text, encoding="utf-8")
    copy = folder / "latest-report.json"
    copy.write_text(text, encoding="utf-8")
    latest.parent.mkdir(parents=True, exist_ok=True)
    copy.replace(latest)
