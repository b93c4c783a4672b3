"""From a canary result's object to its metrics: validation and what the metrics say of it. Pure."""

from collections.abc import Mapping

import msgspec

from lake.lines import MAX_LINE_BYTES, iter_lines
from schemas.keys.layout import CalibrationResultKey
from schemas.models import CanaryResult
from schemas.names import (
    METRIC_ALERT_TRIGGERED,
    METRIC_AVG_DEVIATION,
    METRIC_INVALID_CALIBRATIONS,
    METRIC_MAX_DEVIATION,
)


class ResultError(ValueError):
    """An object that is no canary result; the message says why in one line."""


def read_result(key: str, content: bytes) -> CanaryResult:
    """Return the result of the object at `key`; raise `ResultError`, or `KeyGrammarError` where it is the key."""
    day = str(CalibrationResultKey.parse(key).dt)
    result = _decode(content)
    if result.date != day:
        raise ResultError(f"date {result.date}: expected {day}, as in the key")
    # Whoever reads the flag alone must not be told otherwise than who compares the figures.
    triggered = result.max_deviation > result.alert_threshold
    if result.alert_triggered is not triggered:
        raise ResultError(
            f"alert_triggered {result.alert_triggered}: expected {triggered}, since max_deviation is "
            f"{result.max_deviation} and alert_threshold {result.alert_threshold}"
        )
    return result


def _decode(content: bytes) -> CanaryResult:
    # Athena reads one record a line, and would see none in a result that is spread over several.
    lines = [line for _, line in iter_lines([content])]
    if len(lines) != 1:
        raise ResultError(f"{len(lines)} lines: expected one line of JSON")
    if len(lines[0]) > MAX_LINE_BYTES:
        raise ResultError(f"more than {MAX_LINE_BYTES} bytes")
    try:
        lines[0].decode()
        return msgspec.json.decode(lines[0], type=CanaryResult)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ResultError(" ".join(str(error).split())) from None


def result_metrics(result: CanaryResult) -> Mapping[str, float]:
    """Return what one result makes each metric; deviations are fractions, 0-1."""
    return {
        METRIC_MAX_DEVIATION: result.max_deviation,
        METRIC_AVG_DEVIATION: result.avg_deviation,
        METRIC_ALERT_TRIGGERED: int(result.alert_triggered),
        METRIC_INVALID_CALIBRATIONS: 0,
    }
