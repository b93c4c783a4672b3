"""The guard before the JSON reader: which lines are turns, and in a form that every reader of JSON takes alike.

`read_turn` alone decides what a turn is. The fast path accepts a part of what it accepts, the lines that have
nothing unusual, and those go on as they are written. Any other turn goes on as the record, encoded anew.
"""

from datetime import UTC
from functools import cache, lru_cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Final, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import FieldInfo, fields, replace

from schemas.models import Turn
from schemas.models.fields import Reference
from schemas.scoring import read_turn, utc

if TYPE_CHECKING:
    from schemas.layout import RawKey

# A longer line is mostly what the lake does not keep: encoded anew it is small, and so bounds the memory.
_PLAIN_BYTES: Final = 256 * 1024
# Checked against the key, or below with a memory of what was checked, at a fraction of what a pattern costs a line.
_CHECKED_HERE: Final = ("run_id", "model", "system_prompt_version", "rubric_version")

_encode: Final = msgspec.json.Encoder().encode


@cache
def _closed(record: type[msgspec.Struct], free: tuple[str, ...] = ()) -> type[msgspec.Struct]:
    """Return the record without tolerance for unknown fields, at any depth, and the `free` ones any text.

    Unknown fields are skipped undecoded. Where there are none, every byte of text has been decoded, so that the line
    is UTF-8 without a look of its own.
    """
    hints = get_type_hints(record, include_extras=True)
    closed = {name: str if name in free else _closed_type(hint) for name, hint in hints.items()}
    changed = [
        (field.name, closed[field.name]) if field.required else (field.name, closed[field.name], _default(field))
        for field in fields(record)
        if closed[field.name] != hints[field.name]
    ]
    return msgspec.defstruct(
        record.__name__, changed, bases=(record,), kw_only=True, frozen=True, gc=False, forbid_unknown_fields=True
    )


def _default(field: FieldInfo) -> object:
    has_factory = field.default_factory is not msgspec.NODEFAULT
    return msgspec.field(default_factory=field.default_factory) if has_factory else field.default


def _closed_type(hint: object) -> object:
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        inner = _closed_type(parts[0])
        return hint if inner == parts[0] else inner
    if origin is list:
        return list[_closed_type(parts[0])]  # type: ignore[misc]
    if origin in (Union, UnionType):
        return Union[tuple(map(_closed_type, parts))]  # noqa: UP007 - of types that are not known beforehand
    return _closed(hint) if isinstance(hint, type) and issubclass(hint, msgspec.Struct) else hint


_plain: Final = msgspec.json.Decoder(cast("type[Turn]", _closed(Turn, _CHECKED_HERE)))
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@lru_cache(maxsize=1024)
def _is_reference(text: str) -> bool:
    try:
        msgspec.convert(text, Reference)
    except msgspec.ValidationError:
        return False
    return True


def _is_plain(turn: Turn, key: "RawKey") -> bool:
    return (
        turn.run_id == key.run_id
        and turn.model == key.model
        and turn.phase is key.phase
        and turn.timestamp.tzinfo is UTC
        and _is_reference(turn.system_prompt_version)
        and _is_reference(turn.rubric_version)
    )


def guard(line: bytes, key: "RawKey") -> tuple[int, bytes]:
    """Return the turn's number and a line for the JSON reader; raise `LineError` where the line is no turn."""
    if len(line) <= _PLAIN_BYTES:
        try:
            turn = _plain.decode(line)
        except _UNREADABLE:
            pass
        else:
            if _is_plain(turn, key):
                return turn.turn, line
    turn = read_turn(line, key)
    return turn.turn, canonical(turn)


def plain_turns(content: bytes, key: "RawKey") -> list[int]:
    """Return the number of the turn in each line of an object, or nothing where one needs a look of its own.

    Decoding the lines at once spares a copy of each.
    """
    try:
        turns = _plain.decode_lines(content)
    except _UNREADABLE:
        return []
    if _is_one_a_line(content, len(turns)) and all(_is_plain(turn, key) for turn in turns):
        return [turn.turn for turn in turns]
    return []


def _is_one_a_line(content: bytes, records: int) -> bool:
    """Return whether each of the records, which were read, has a line and each line a record.

    The decoder takes any space between records. Where all line feeds are between a brace that closes and one that
    opens they are between records, since a record has no such place; and they must be as many as these.
    """
    end, separators = len(content) - 1, 0
    at = content.find(b"\n")
    while 0 <= at < end:
        if content[at - 1 : at + 2] != b"}\n{":
            return False
        separators += 1
        at = content.find(b"\n", at + 1)
    return separators == records - 1


def canonical(turn: Turn) -> bytes:
    """Return the turn as one line of JSON without anything unusual in it, its time in UTC."""
    return _encode(replace(turn, timestamp=utc(turn.timestamp)))
