"""`make drill`: what both Regions had acknowledged survives the loss of either, by the runbook's commands."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "build" / "drill" / "report.json"

pytestmark = pytest.mark.scenario


def test_nothing_acknowledged_is_lost_and_the_lake_runs_in_either_region() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tools.drill"], cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    # The registry of 6, 101 documents more and a manifest.
    assert report["rpo"]["acknowledged"] == 108
    assert report["rpo"]["lost"] == report["rpo"]["replicated_lost"] == 0
    steps = report["rto"]["steps"]
    assert list(steps) == ["restore --raw", "reindex", "reconcile --repair", "verify"]
    # 3 runs of 7 models in 4 phases over 4 weeks, each with its summary, and 200 days of calibration.
    assert steps["restore --raw"]["objects"] == 108 + 3 * 7 * 4 * 4 * 2 + 200
    assert steps["verify"]["objects"] == 108 + 200
    assert steps["reindex"]["objects"] == report["region_loss"]["indexed"] == 3 * 7 * 4 * 4
    assert report["rto"]["seconds"] == pytest.approx(sum(it["seconds"] for it in steps.values()), abs=0.1)
    projection = report["projection"]
    assert projection["assumptions"]["objects"] == 1_000_000
    assert list(projection["index_lost"]["steps"]) == ["reindex", "reconcile", "curate"]
    assert list(projection["bucket_lost"]["steps"]) == ["restore --raw", "reindex", "reconcile", "curate"]
