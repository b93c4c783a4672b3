import json

import pytest
from hypothesis import given, strategies as st

from lake.lines import MAX_LINE_BYTES
from lambdas.watch_calibration.canary import ResultError, read_result, result_metrics
from schemas.keys.grammar import KeyGrammarError
from schemas.names import Metric
from tests.lambdas.watch_calibration.results import KEY, RESULT, result

shares = st.floats(0, 1)


def test_the_layout_documents_example_raises_the_alert() -> None:
    assert result_metrics(read_result(KEY, result())) == {
        Metric.MAX_DEVIATION: 0.08,
        Metric.AVG_DEVIATION: 0.03,
        Metric.ALERT_TRIGGERED: 1,
        Metric.INVALID_CALIBRATIONS: 0,
    }


@given(deviation=shares, threshold=shares)
def test_the_alert_is_raised_above_the_threshold_and_not_at_it(deviation: float, threshold: float) -> None:
    above = deviation > threshold
    written = {"max_deviation": deviation, "alert_threshold": threshold}
    read = read_result(KEY, result(**written, alert_triggered=above))
    assert result_metrics(read)[Metric.ALERT_TRIGGERED] == int(above)
    with pytest.raises(ResultError, match=f"alert_triggered {not above}: expected {above}"):
        read_result(KEY, result(**written, alert_triggered=not above))


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf" + result() + b"\r\n", b"\n" + result() + b"\n\n"])
def test_byte_order_mark_and_blank_lines_are_passed_by(content: bytes) -> None:
    assert read_result(KEY, content).items_tested == 200


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "0 lines: expected one line of JSON"),
        (json.dumps(RESULT, indent=2).encode(), r"\d\d lines: expected one line of JSON"),
        (result() + b"\n" + result(), "2 lines: expected one line of JSON"),
        (b"{", "truncated"),
        (b'{"later":' + b"[" * 100_000, "recursion"),
        (b"[]", r"Expected `object`, got `array`"),
        (result(judge_model=None), r"Expected `str`, got `null` - at `\$.judge_model`"),
        (result(avg_deviation=3), r"avg_deviation"),
        (result(max_deviation="0.08"), r"max_deviation"),
        (result(date="2025-11-06"), "date 2025-11-06: expected 2025-11-05, as in the key"),
        (result(date="2025-02-30"), "calendar date"),
        (b'{"later": "\xff",' + result()[1:], "utf-8"),
        (b" " * MAX_LINE_BYTES + result(), f"more than {MAX_LINE_BYTES} bytes"),
    ],
)
def test_what_is_no_result_is_refused_in_one_line_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(ResultError, match=reason) as refused:
        read_result(KEY, content)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("key", ["calibration/results/2025-11-31.json", "calibration/results/a/2025-11-05.json"])
def test_a_key_outside_the_grammar_is_refused(key: str) -> None:
    with pytest.raises(KeyGrammarError, match="expected"):
        read_result(key, result())
