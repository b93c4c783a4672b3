"""What lies in the dead-letter queues: events that functions failed with, or that could not be delivered. Pure.

Their messages have two shapes. Lambda sends the invocation's record:
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
EventBridge Scheduler sends the function's input as it is, and says the rest in message attributes:
https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from lake.events import object_events

_TARGET: Final = "TARGET_ARN"
_SHOWN: Final = 100
_NAME_IN_ARN: Final = 6
# Of text, of JSON, and of JSON that is nested too deep.
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeEncodeError, RecursionError)


class LetterError(ValueError):
    """A message that cannot be replayed; the message is one line that says why."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """An invocation to be repeated: `function` is a name, `payload` JSON, `reason` why it is here, `since` when.

    Lambda's record names the function's version as well, which a role that may invoke the function may not.
    """

    function: str
    payload: bytes
    reason: str
    since: str

    @property
    def about(self) -> str:
        """What the invocation is about, in one line: the keys of an S3 event, or the payload."""
        try:
            keys = [event.key for event in object_events(json.loads(self.payload))]
        except (ValueError, RecursionError):
            # No event of S3, or one that Python does not read, such as for a number of 5,000 digits.
            text = self.payload.decode()
            return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        return keys[0] + (f" and {len(keys) - 1:,} more" if len(keys) > 1 else "") if keys else "no object"


class _Context(msgspec.Struct, rename="camel"):
    function_arn: str
    condition: str


class _Response(msgspec.Struct, rename="camel"):
    error_message: str = ""


class _Record(msgspec.Struct, rename="camel"):
    """The record of a failed invocation, as far as it is used."""

    timestamp: str
    request_context: _Context
    request_payload: msgspec.Raw
    response_payload: _Response | str | None = None


def read_letter(body: str, attributes: Mapping[str, str]) -> Letter:
    """Return the invocation that a message is about; raise `LetterError` where it has neither shape."""
    return _undelivered(body, attributes) if _TARGET in attributes else _failed(body)


def _failed(body: str) -> Letter:
    try:
        record = msgspec.json.decode(body, type=_Record)
    except _UNREADABLE as error:
        raise LetterError(f"neither an invocation's record nor an undelivered event: {error}") from None
    response = record.response_payload
    message = response.error_message if isinstance(response, _Response) else response or ""
    reason = ": ".join(filter(None, (record.request_context.condition, " ".join(message.split()))))
    return Letter(
        function=_function_name(record.request_context.function_arn),
        payload=bytes(record.request_payload),
        reason=reason,
        since=record.timestamp,
    )


def _undelivered(body: str, attributes: Mapping[str, str]) -> Letter:
    if attributes.get("IS_PAYLOAD_TRUNCATED") == "true":
        raise LetterError("its payload was truncated")
    payload = body or "{}"
    try:
        content = payload.encode()
        msgspec.json.decode(content, type=msgspec.Raw)
    except _UNREADABLE as error:
        raise LetterError(f"its payload is no JSON that can be read: {error}") from None
    texts = (attributes.get(name, "") for name in ("ERROR_CODE", "ERROR_MESSAGE"))
    return Letter(
        function=_function_name(attributes[_TARGET]),
        payload=content,
        reason=": ".join(" ".join(text.split()) for text in texts if text),
        since=attributes.get("SCHEDULED_TIME", ""),
    )


def _function_name(arn: str) -> str:
    parts = arn.split(":")
    if len(parts) <= _NAME_IN_ARN:
        raise LetterError(f"its function {arn!r} is no ARN")
    return parts[_NAME_IN_ARN]
