"""S3 event notifications: which version of which object one is about, and how two of them order.

A request to repair has the same form, so that whatever shows or replays events handles it too.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus, unquote_plus

import msgspec

SEQUENCER_WIDTH: Final = 64
_HEX: Final = re.compile(rf"[0-9A-F]{{1,{SEQUENCER_WIDTH}}}")


class EventError(ValueError):
    """An event that is no S3 event notification; the message says what is wrong."""


@dataclass(frozen=True)
class ObjectEvent:
    """One record of a notification; `key` is decoded, `sequencer` padded.

    Without a sequencer it is a request to repair: to index whatever version is current, where the item describes
    another one, or with `force` in any case.
    """

    key: str
    version_id: str | None = None
    sequencer: str | None = None
    force: bool = False


class _Object(msgspec.Struct, rename="camel"):
    key: str
    version_id: str | None = None
    sequencer: str | None = None


class _S3(msgspec.Struct):
    object: _Object


class _Record(msgspec.Struct):
    s3: _S3


class _Notification(msgspec.Struct):
    records: list[_Record] = msgspec.field(name="Records")
    force: bool = False


class RepairReport(msgspec.Struct, frozen=True):
    """IndexRun's answer to a request to repair: why which keys failed, and which objects are archived."""

    failures: dict[str, str] = {}
    archived: list[str] = []


def repair_event(keys: Iterable[str], *, force: bool = False) -> Mapping[str, object]:
    """Return the event that asks `IndexRun` to make the items of objects describe their current versions."""
    records = [{"s3": {"object": {"key": quote_plus(key, safe="/")}}} for key in keys]
    return {"Records": records, "force": force}


def padded(sequencer: str) -> str:
    """Return a sequencer that orders as text; sequencers are hex of any length, comparable within one key.

    Sources disagree on which end a shorter one is padded at; the right is what their prefixes order by:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    digits = sequencer.upper()
    if not _HEX.fullmatch(digits):
        msg = f"sequencer {sequencer!r}: expected 1 to {SEQUENCER_WIDTH} hex digits"
        raise EventError(msg)
    return digits.ljust(SEQUENCER_WIDTH, "0")


def object_events(event: object) -> list[ObjectEvent]:
    """Return what a notification is about, nothing for S3's test event; raise `EventError` for anything else."""
    if isinstance(event, dict) and event.get("Event") == "s3:TestEvent":
        return []
    try:
        notification = msgspec.convert(event, _Notification)
    except msgspec.ValidationError as error:
        msg = f"not an S3 event notification: {error}"
        raise EventError(msg) from None
    return [_object_event(record.s3.object, force=notification.force) for record in notification.records]


def _object_event(described: _Object, *, force: bool) -> ObjectEvent:
    return ObjectEvent(
        key=unquote_plus(described.key),
        version_id=described.version_id,
        sequencer=padded(described.sequencer) if described.sequencer is not None else None,
        force=force,
    )
