import json

import pytest
from hypothesis import given, strategies as st

from lake.lines import MAX_LINE_BYTES
from lake.records import RecordError
from lake.registry import check_object
from lake.results import read_canary, read_summary
from schemas.keys.layout import parse
from schemas.registry.models_file import RegistryError
from tests.lake.results import KEY, RESULT, result
from tests.schemas.examples import RUN_ID

SUMMARY_KEY = f"scores/dt=2025-11-05/{RUN_ID}_summary.json"
SUMMARY = {
    "run_id": RUN_ID,
    "manifest_id": "manifest_20251105_a7f3e9c2",
    "model": "claude-3.5-sonnet",
    "phase": "P2",
    "half_life_turn": 19,
    "compliance_rate": 0.82,
    "mean_score": 8.2,
    "token_cost_estimate": {"usd": 0.87},
}
shares = st.floats(0, 1)


@given(deviation=shares, threshold=shares)
def test_the_flag_must_say_whether_the_deviation_is_above_the_threshold(deviation: float, threshold: float) -> None:
    above = deviation > threshold
    written = {"max_deviation": deviation, "alert_threshold": threshold}
    assert read_canary(KEY, result(**written, alert_triggered=above)).alert_triggered is above
    with pytest.raises(RecordError, match=f"invalid_value:alert_triggered: {not above}: expected {above}"):
        read_canary(KEY, result(**written, alert_triggered=not above))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_object: expected one line of JSON"),
        (json.dumps(RESULT, indent=2).encode(), r"multi_line: \d\d lines: expected one line of JSON"),
        (result() + b"\n" + result(), "multi_line: 2 lines"),
        (b"{", "malformed: .*truncated"),
        (b'{"later":' + b"[" * 100_000, "too_deep"),
        (b"[]", r"wrong_type: Expected `object`, got `array`"),
        (result(judge_model=None), r"wrong_type:judge_model"),
        (result(avg_deviation=3), r"invalid_value:avg_deviation"),
        (result(max_deviation="0.08"), r"wrong_type:max_deviation"),
        (result(judge_model="x" * 14_000_000), r"invalid_value:judge_model"),
        (result(date="2025-11-06"), "key_mismatch: date 2025-11-06: expected 2025-11-05, as in the key"),
        (result(date="2025-02-30"), "calendar date"),
        (b'{"later": "\xff",' + result()[1:], "not_utf8"),
        (b" " * MAX_LINE_BYTES + result(), f"oversized: more than {MAX_LINE_BYTES} bytes"),
    ],
)
def test_what_is_no_canary_result_has_a_reason_and_verification_agrees(content: bytes, reason: str) -> None:
    with pytest.raises(RecordError, match=reason) as refused:
        read_canary(KEY, content)
    assert "\n" not in str(refused.value)
    with pytest.raises(RegistryError, match=f"{KEY}: .*{reason}"):
        check_object(parse(KEY), content)


@pytest.mark.parametrize("key", ["calibration/results/2025-11-31.json", "calibration/results/a/2025-11-05.json"])
def test_a_canary_result_has_its_place(key: str) -> None:
    with pytest.raises(RecordError, match="bad_key"):
        read_canary(key, result())


def test_the_layout_documents_example_of_a_summary_is_one_on_one_line() -> None:
    assert read_summary(SUMMARY_KEY, json.dumps(SUMMARY).encode()).half_life_turn == 19


@pytest.mark.parametrize(
    ("key", "changed", "indent", "reason"),
    [
        (SUMMARY_KEY, {}, 2, "multi_line"),
        (SUMMARY_KEY, {"run_id": "01HQVZ3K9X9876543210FEDCBA"}, None, "key_mismatch"),
        (SUMMARY_KEY, {"model": "GPT"}, None, "invalid_value:model"),
        (SUMMARY_KEY, {"token_cost_estimate": {}}, None, "missing_field:token_cost_estimate.usd"),
        (SUMMARY_KEY, {"seed_id": "x" * 257}, None, "invalid_value:seed_id"),
        ("scores/dt=2025-11-31/x_summary.json", {}, None, "bad_key:dt"),
        ("scores/x.json", {}, None, "bad_key"),
    ],
)
def test_what_is_no_summary_has_a_reason(key: str, changed: object, indent: int | None, reason: str) -> None:
    assert isinstance(changed, dict)
    with pytest.raises(RecordError) as refused:
        read_summary(key, json.dumps({**SUMMARY, **changed}, indent=indent).encode())
    assert refused.value.reason == reason
