"""The guard before the JSON reader: which lines are turns, and in a form that every reader of JSON takes alike.

A line that has nothing unusual goes on as it is written. Any other turn goes on as the record, encoded anew.
"""

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from lake.plain import plain_turns
from lake.scoring import read_turn, utc
from schemas.models import Turn

if TYPE_CHECKING:
    from schemas.keys.layout import RawKey

# A longer line is mostly what the lake does not keep: encoded anew it is small, and so bounds the memory.
_PLAIN_BYTES: Final = 256 * 1024

_encode: Final = msgspec.json.Encoder().encode


def guard(line: bytes, key: "RawKey") -> tuple[int, bytes]:
    """Return the turn's number and a line for the JSON reader; raise `LineError` where the line is no turn."""
    if len(line) <= _PLAIN_BYTES:
        for turn in plain_turns(line, key):
            return turn.turn, line
    turn = read_turn(line, key)
    return turn.turn, canonical(turn)


def canonical(turn: Turn) -> bytes:
    """Return the turn as one line of JSON without anything unusual in it, its time in UTC."""
    return _encode(replace(turn, timestamp=utc(turn.timestamp)))
