"""Reads run summaries and canary results, of which each is an object of one record, checked against its key."""

from typing import Final

import msgspec

from lake.records import Problem, RecordError, read_only_record
from schemas.keys.grammar import KeyGrammarError
from schemas.keys.layout import CalibrationResultKey, ScoreKey
from schemas.models import CanaryResult, RunSummary

_summary: Final = msgspec.json.Decoder(RunSummary).decode
_canary: Final = msgspec.json.Decoder(CanaryResult).decode


def read_summary(key: str, content: bytes) -> RunSummary:
    """Return the run summary at `key`; raise `RecordError` with a reason where key or content is none."""
    try:
        run_id = ScoreKey.parse(key).run_id
    except KeyGrammarError as error:
        raise RecordError.of_key(error) from None
    summary = read_only_record(content, _summary)
    if summary.run_id != run_id:
        raise RecordError(Problem.KEY_MISMATCH, f"run_id {summary.run_id}: expected {run_id}, as in the key")
    return summary


def read_canary(key: str, content: bytes) -> CanaryResult:
    """Return the canary result at `key`; raise `RecordError` with a reason where key or content is none."""
    try:
        day = str(CalibrationResultKey.parse(key).dt)
    except KeyGrammarError as error:
        raise RecordError.of_key(error) from None
    result = read_only_record(content, _canary)
    if result.date != day:
        raise RecordError(Problem.KEY_MISMATCH, f"date {result.date}: expected {day}, as in the key")
    # The flag and the figures must say the same, whichever of them a reader looks at.
    triggered = result.max_deviation > result.alert_threshold
    if result.alert_triggered is not triggered:
        raise RecordError(
            Problem.INVALID_VALUE,
            f"{result.alert_triggered}: expected {triggered}, since max_deviation is {result.max_deviation} and "
            f"alert_threshold {result.alert_threshold}",
            "alert_triggered",
        )
    return result
