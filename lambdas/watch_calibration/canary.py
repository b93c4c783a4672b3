"""From a canary result's object to its metrics: validation and what the metrics say of it. Pure."""

from collections.abc import Mapping

import msgspec

from lake.lines import MAX_LINE_BYTES, iter_lines
from schemas.keys.layout import CalibrationResultKey
from schemas.models import CanaryResult
from schemas.names import Metric


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


def result_metrics(result: CanaryResult) -> Mapping[Metric, float]:
    """Return what one result makes each metric; deviations are fractions, 0-1."""
    return {
        Metric.MAX_DEVIATION: result.max_deviation,
        Metric.AVG_DEVIATION: result.avg_deviation,
        Metric.ALERT_TRIGGERED: int(result.alert_triggered),
        Metric.INVALID_CALIBRATIONS: 0,
    }
