"""Fast path for objects whose lines are all plain and valid.

`scoring.read_turn` alone decides what a turn is. This accepts fewer lines than it does, those without anything
unusual, at a fraction of its cost; all others are left to `read_turn`.
"""

from datetime import UTC
from functools import cache, lru_cache
from types import UnionType
from typing import Annotated, Final, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import FieldInfo, fields

from schemas.keys.layout import RawKey
from schemas.models import Turn
from schemas.models.fields import Name, Reference

# Compared with the key, or matched below with a cache, at a fraction of what the pattern costs for each line.
_CHECKED_HERE: Final = ("run_id", "model", "system_prompt_version", "rubric_version")


@cache
def _closed(record: type[msgspec.Struct], free: tuple[str, ...] = ()) -> type[msgspec.Struct]:
    """Return the record with unknown fields forbidden, at any depth, and the `free` fields any short text.

    msgspec skips unknown fields undecoded. Without them every byte of text is decoded, so that the line is known to
    be UTF-8, and no line nests deeper than the record.
    """
    hints = get_type_hints(record, include_extras=True)
    closed = {name: Name if name in free else _closed_type(hint) for name, hint in hints.items()}
    changed = [
        (field.name, closed[field.name]) if field.required else (field.name, closed[field.name], _default(field))
        for field in fields(record)
        if closed[field.name] != hints[field.name]
    ]
    made = msgspec.defstruct(
        record.__name__, changed, bases=(record,), kw_only=True, frozen=True, gc=False, forbid_unknown_fields=True
    )
    if made.__struct_fields__ != record.__struct_fields__:
        # Readers take the values of a closed record by their place.
        raise TypeError(f"{record.__name__}: {made.__struct_fields__} are not its fields in their order")
    return made


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
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)


@lru_cache(maxsize=1024)
def _is_reference(text: str) -> bool:
    try:
        msgspec.convert(text, Reference)
    except msgspec.ValidationError:
        return False
    return True


def _is_plain(turn: Turn, key: RawKey) -> bool:
    return (
        turn.run_id == key.run_id
        and turn.model == key.model
        and turn.phase is key.phase
        and turn.timestamp.tzinfo is UTC
        and _is_reference(turn.system_prompt_version)
        and _is_reference(turn.rubric_version)
    )


def plain_turns(content: bytes, key: RawKey) -> list[Turn]:
    """Return the turns of the object at `key`, or nothing at all where a line is not plain.

    The lines are decoded in one call, which spares a copy of each.
    """
    try:
        turns = _plain.decode_lines(content)
    except _UNREADABLE:
        return []
    if _is_one_a_line(content, len(turns)) and all(_is_plain(turn, key) for turn in turns):
        return turns
    return []


def _is_one_a_line(content: bytes, records: int) -> bool:
    """Return whether each line holds exactly one of the records that were decoded.

    The decoder accepts any space between records. A line feed between `}` and `{` can only stand between two records,
    so each must, and there must be one fewer than records.
    """
    end, separators = len(content) - 1, 0
    at = content.find(b"\n")
    while 0 <= at < end:
        if content[at - 1 : at + 2] != b"}\n{":
            return False
        separators += 1
        at = content.find(b"\n", at + 1)
    return separators == records - 1
