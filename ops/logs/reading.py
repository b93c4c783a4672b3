"""What functions logged, made readable: lines as Lambda and the embedded metric format write them. Pure.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

METRIC: Final = "METRIC"
_ERROR: Final = "ERROR"
_PROBLEMS: Final = frozenset({"WARN", "WARNING", _ERROR, "FATAL", "CRITICAL"})
# What is shown elsewhere, or helps nobody who reads.
_NOT_SHOWN: Final = frozenset({"timestamp", "level", "message", "logger", "requestId", "stackTrace", "location"})
_PLATFORM_TEXT: Final = ("INIT_START ", "START RequestId:", "END RequestId:", "REPORT RequestId:")


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line; `at` is aware."""

    at: datetime
    level: str
    text: str

    @property
    def is_problem(self) -> bool:
        """Whether it tells of something that went wrong."""
        return self.level in _PROBLEMS


def read_line(milliseconds: int, message: str) -> LogLine | None:
    """Return a line of a log, None for one in which the platform says that all is well."""
    try:
        level, text = _read(message.strip())
    except RecursionError:
        # JSON that is nested too deep is text.
        level, text = _read_text(message.strip())
    return LogLine(at=datetime.fromtimestamp(milliseconds / 1000, UTC), level=level, text=text) if text else None


def _read(message: str) -> tuple[str, str]:
    try:
        line = json.loads(message)
    except ValueError:
        line = None
    if not isinstance(line, dict):
        return _read_text(message)
    if "_aws" in line:
        return METRIC, _fields({name: value for name, value in line.items() if name != "_aws"})
    if str(line.get("type", "")).startswith("platform."):
        return _read_platform(line)
    fields = _fields({name: value for name, value in line.items() if name not in _NOT_SHOWN})
    return str(line.get("level", "INFO")), f"{line.get('message', '')} {fields}".strip()


def _read_text(message: str) -> tuple[str, str]:
    if message.startswith(_PLATFORM_TEXT):
        return _ERROR, message if "Status: " in message else ""
    return "INFO", message


def _read_platform(line: Mapping[str, object]) -> tuple[str, str]:
    record = line.get("record")
    status = record.get("status", "success") if isinstance(record, dict) else "success"
    return _ERROR, "" if status == "success" else f"{line['type']} status={status}"


def _fields(values: Mapping[str, object]) -> str:
    return " ".join(f"{name}={_shown(value)}" for name, value in values.items())


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
