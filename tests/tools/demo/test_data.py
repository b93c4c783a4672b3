from collections import Counter
from datetime import date

from schemas.keys.layout import parse
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from schemas.run_index import RunStatus
from tools.demo.data import UNREGISTERED_MODEL, calibration_result, demo_objects, demo_weeks, raw_objects, rewritten

TODAY = date(2026, 11, 23)


def test_weeks_hold_autumn_2025_and_end_with_the_last_whole_one() -> None:
    weeks = demo_weeks(TODAY)
    assert Week(2025, 45) in weeks
    assert weeks[-2:] == (Week(2026, 46), Week(2026, 47))
    assert weeks == tuple(sorted(set(weeks)))
    assert demo_weeks(Week(2025, 47).monday) == weeks[:-2]


def test_demo_has_every_status_and_each_key_once() -> None:
    samples = demo_objects(today=TODAY, registry=load_models())
    raw = raw_objects(samples)
    statuses = Counter(sample.expected_status for sample in raw.values())
    assert len({sample.key for sample in samples}) == len(samples) == 2 * len(raw)
    assert 150 <= len(raw) <= 200
    assert all(statuses[status] >= 5 for status in RunStatus)
    assert any(f"model={UNREGISTERED_MODEL}/" in key for key in raw)


def test_second_version_wins_and_has_a_turn_less() -> None:
    samples = demo_objects(today=TODAY, registry=load_models())
    again = rewritten(samples)
    first = raw_objects(samples)[again.key]
    assert again.expected_turns == first.expected_turns - 1 == again.body.count(b"\n")
    assert first.body.startswith(again.body)
    assert raw_objects([*samples, again])[again.key] is again


def test_calibration_result_has_a_key_of_the_layout() -> None:
    result = calibration_result(TODAY)
    assert str(parse(result.key)) == "calibration/results/2026-11-23.json"
    assert result.body.count(b"\n") == 1
