"""`make demo` as its user sees it, and the report that it leaves."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from schemas.catalog.queries import HELD_OUT
from schemas.keys.layout import RawKey, ScoreKey
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from tools.demo.data import demo_objects, late_week

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "build" / "demo" / "report.json"

pytestmark = pytest.mark.scenario


def expected_rows(today: date) -> Mapping[str, int]:
    """Return how many rows each query must answer with, from the sample data in plain Python."""
    models = load_models()
    groups: dict[str, set[object]] = {
        name: set() for name in ("half_life_trend", "violation_mix", "csd_subscores", "score_by_model", HELD_OUT.name)
    }
    for sample in demo_objects(today=today, registry=models):
        if ScoreKey.matches(sample.key) and ScoreKey.parse(sample.key).dt >= today - timedelta(weeks=12):
            week = Week.of(ScoreKey.parse(sample.key).dt)
            groups["half_life_trend"].add((week, json.loads(sample.body)["model"]))
        if not RawKey.matches(sample.key) or not sample.expected_turns:
            continue
        key = RawKey.parse(sample.key)
        if key.model not in models:
            continue
        if date(2025, 10, 1) <= key.dt < date(2025, 11, 1):
            groups["score_by_model"].add((key.model, key.phase))
        if key.dt >= date(2025, 11, 1) and key.phase == "P2":
            groups["csd_subscores"].add(key.model)
        if key.dt == date(2025, 11, 5):
            turns = (json.loads(line) for line in sample.body.decode(errors="ignore").splitlines() if valid(line))
            groups["violation_mix"] |= {(key.model, found) for turn in turns for found in turn["violations"]}
        if Week.of(key.dt) == late_week(today):
            groups[HELD_OUT.name].add((key.model, key.phase))
    return {name: len(found) for name, found in groups.items()}


def valid(line: str) -> bool:
    try:
        return isinstance(json.loads(line).get("violations"), list)
    except (json.JSONDecodeError, AttributeError):
        return False


def test_demo_deploys_indexes_reconciles_and_reports() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tools.demo"], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert ended.returncode == 0, ended.stderr
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    assert report["objects_put"] == report["indexed"] >= 150
    assert report["partial"] >= 5
    assert report["invalid"] >= 5
    assert report["dead_lettered"] == 0
    assert report["reconciled"] is True
    # Five artifacts, the models and a calibration result.
    assert report["replicated"]["objects"] == 7
    curated = report["curated"]
    assert len(curated["weeks"]) >= 5
    assert curated["lines"] == curated["rows"] + curated["rejected"] + curated["duplicates"] >= 3000
    assert curated["rejected"] >= 20
    assert curated["duplicates"] >= 1
    assert curated["recurated"] == 1
    expected = expected_rows(datetime.now(UTC).date())
    page = REPORT.with_suffix(".html").read_text(encoding="utf-8")
    assert f"socratic-bench, week {late_week(datetime.now(UTC).date())}" in page
    assert {name: answer["rows"] for name, answer in report["queries"].items()} == expected
    assert all(expected.values())
    assert {"start", "bootstrap", "deploy", "publish", "put", "index", "reconcile"} <= report["seconds"].keys()
    assert ended.stderr == ""
