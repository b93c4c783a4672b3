"""What can be wrong with a raw object: lines that are no turns, bad keys, and oddities that are accepted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from lake.records import Problem
from schemas.keys.layout import RawKey
from schemas.models import Turn

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class LineDefect:
    """A way to damage a line; `reason` is what a reader of the line then finds."""

    reason: str
    damage: Callable[[Turn], bytes]


def _with(**values: object) -> Callable[[Turn], bytes]:
    return lambda turn: _encode({**msgspec.to_builtins(turn), **values})


def _without(name: str) -> Callable[[Turn], bytes]:
    return lambda turn: _encode({key: value for key, value in msgspec.to_builtins(turn).items() if key != name})


def _truncated(turn: Turn) -> bytes:
    line = _encode(turn)
    return line[: len(line) // 2]


LINE_DEFECTS: Final = (
    LineDefect(Problem.MALFORMED, _truncated),
    LineDefect(f"{Problem.WRONG_TYPE}:score", _with(score="high")),
    LineDefect(f"{Problem.INVALID_VALUE}:score", _with(score=11)),
    LineDefect(f"{Problem.MISSING_FIELD}:user_text", _without("user_text")),
    LineDefect(Problem.NOT_UTF8, lambda turn: _encode(turn).replace(b"user_text", b"\xff", 1)),
    LineDefect(Problem.KEY_MISMATCH, _with(model="another-model")),
    LineDefect(Problem.MALFORMED, lambda turn: _encode(turn) + b" " + _encode(turn)),
    LineDefect(f"{Problem.INVALID_VALUE}:turn", _with(turn=0)),
    LineDefect(f"{Problem.INVALID_VALUE}:violations[]", _with(violations=["rudeness"])),
    LineDefect(Problem.WRONG_TYPE, lambda turn: _encode(turn.run_id)),
    LineDefect(f"{Problem.INVALID_VALUE}:rubric_version", _with(rubric_version="rubric-1.1")),
    LineDefect(f"{Problem.INVALID_VALUE}:timestamp", _with(timestamp="yesterday")),
    LineDefect(f"{Problem.INVALID_VALUE}:assistant_text", _with(assistant_text="hm " * 4_000)),
)

# How the good and the bad lines of an object are put together; the second argument holds the good ones alone.
ODDITIES: Final[tuple[Callable[[Sequence[bytes], Sequence[bytes]], bytes], ...]] = (
    lambda lines, _: b"\xef\xbb\xbf" + b"\n".join(lines) + b"\n",
    lambda lines, _: b"\r\n".join(lines) + b"\r\n",
    lambda lines, _: b"\n\n".join(lines) + b"\n \n",
    lambda lines, _: b"\n".join(lines),
    lambda lines, good: b"\n".join([*lines, *good[:1]]) + b"\n",
)

# The part of the key that is changed, and how.
KEY_DEFECTS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("run_id", str.lower),
    ("run_id", lambda run_id: f"{run_id[:-1]}U"),
    ("run_id", lambda run_id: run_id[:-1]),
    ("model", lambda model: f"{model}+beta"),
    ("model", lambda model: f"{model}%20beta"),
    ("model", lambda model: f"{model}-é"),
    ("model", str.upper),
    ("model", lambda model: f"{model} beta"),
    ("dt", lambda dt: f"{dt[:4]}-02-30"),
    ("phase", lambda _: "P4"),
)


def damaged_key(key: RawKey, defect: tuple[str, Callable[[str], str]]) -> str:
    """Return a key that is no `RawKey` any more; its run id keeps it distinct from every other run's."""
    name, change = defect
    parts = {part: str(getattr(key, part)) for part in ("dt", "model", "phase", "run_id")}
    return RawKey.TEMPLATE.format(**{**parts, name: change(parts[name])})
