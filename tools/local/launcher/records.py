"""One asynchronous invocation, when it has failed for good, and the record that AWS keeps of that: pure."""

import datetime as dt
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

Record = Mapping[str, object]

_DEFAULT_RETRIES = 2
_DEFAULT_AGE_SECONDS = 6 * 3600
_COLONS_UNQUALIFIED = 6


@dataclass
class Invocation:
    """One event on its way through a function, its retries included."""

    function: Record
    event: object
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempts: int = 0
    started: float = field(default_factory=time.time)

    @property
    def config(self) -> Mapping[str, str]:
        """The function's configuration as GetFunctionConfiguration reports it."""
        config = self.function["config"]
        return config if isinstance(config, Mapping) else {}

    @property
    def settings(self) -> Mapping[str, object]:
        """The function's event-invoke configuration, empty where it has none."""
        by_qualifier = self.function.get("event_invoke_configs")
        latest = by_qualifier.get("$LATEST") if isinstance(by_qualifier, Mapping) else None
        settings = self.function.get("event_invoke_config") or latest
        return settings if isinstance(settings, Mapping) else {}

    def condition(self) -> str | None:
        """Return why no further attempt is due, in AWS's words, or None while one is."""
        retries = self.settings.get("MaximumRetryAttempts")
        age = self.settings.get("MaximumEventAgeInSeconds")
        if self.attempts > int(str(_DEFAULT_RETRIES if retries is None else retries)):
            return "RetriesExhausted"
        if time.time() - self.started > int(str(age or _DEFAULT_AGE_SECONDS)):
            return "EventAgeExceeded"
        return None


def failure_record(invocation: Invocation, result: Record, condition: str, now: dt.datetime) -> dict[str, object]:
    """Return the invocation record that AWS sends to an on-failure destination."""
    arn = invocation.config["FunctionArn"]
    version = invocation.config.get("Version", "$LATEST")
    return {
        "version": "1.0",
        "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z",
        "requestContext": {
            "requestId": invocation.request_id,
            "functionArn": arn if arn.count(":") > _COLONS_UNQUALIFIED else f"{arn}:{version}",
            "condition": condition,
            "approximateInvokeCount": invocation.attempts,
        },
        "requestPayload": invocation.event,
        "responseContext": {"statusCode": 200, "executedVersion": version, "functionError": "Unhandled"},
        "responsePayload": result.get("body"),
    }
