"""`make demo` as its user sees it, and the report that it leaves."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "build" / "demo" / "report.json"

pytestmark = pytest.mark.e2e


def test_demo_deploys_indexes_reconciles_and_reports() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "ops.demo"], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert ended.returncode == 0, ended.stderr
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    assert report["objects_put"] == report["indexed"] >= 150
    assert report["partial"] >= 5
    assert report["invalid"] >= 5
    assert report["dead_lettered"] == 0
    assert report["reconciled"] is True
    assert report["replicated"]["objects"] == 2
    assert {"start", "bootstrap", "deploy", "read-back", "put", "index", "reconcile"} <= report["seconds"].keys()
    assert ended.stderr == ""
