"""The reports that a run leaves behind."""

import json
from collections.abc import Mapping
from pathlib import Path


def write_report(report: Mapping[str, object], *, folder: Path, latest: Path) -> None:
    """Write a report into its run's folder, and make it the latest one, whole at any moment."""
    write_page(json.dumps(report, indent=2) + "\n", folder=folder, latest=latest)


def write_page(text: str, *, folder: Path, latest: Path) -> None:
    """Write a text into its run's folder under the name of `latest`, and make it that one, whole at any moment."""
    (folder / latest.name).write_text(text, encoding="utf-8")
    copy = folder / f"latest-{latest.name}"
    copy.write_text(text, encoding="utf-8")
    latest.parent.mkdir(parents=True, exist_ok=True)
    copy.replace(latest)
