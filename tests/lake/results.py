"""Canary results as producers write them."""

import json

KEY = "calibration/results/2025-11-05.json"

RESULT = {
    "date": "2025-11-05",
    "judge_model": "claude-3-opus",
    "golden_set_version": "golden_set_v1",
    "items_tested": 200,
    "avg_deviation": 0.03,
    "max_deviation": 0.08,
    "alert_threshold": 0.05,
    "alert_triggered": True,
    "details": [{"item_id": "CAL-A1B2C3D4", "expert_score": 8.2, "judge_score": 7.5, "deviation": 0.7}],
}
"""The layout document's example."""


def result(**changed: object) -> bytes:
    return json.dumps({**RESULT, **changed}).encode()
