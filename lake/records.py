"""One record from one line of JSON, within limits on its size and nesting; what is none has a reason to count."""

import re
from collections.abc import Callable
from enum import StrEnum
from itertools import accumulate
from typing import Final, TypeVar

import msgspec

from lake.lines import MAX_LINE_BYTES, iter_lines
from schemas.keys.grammar import KeyGrammarError

_T = TypeVar("_T")

# Objects and lists within each other, those in ignored fields included. Records need 3. Readers of JSON have limits
# of their own, which differ between libraries and versions of Python and are all higher.
MAX_DEPTH: Final = 100

# Greedy, so that a value quoted in the message cannot pass for the path.
_AT_PATH: Final = re.compile(r"(?P<problem>.*) - at `\$\.?(?P<path>[^`]*)`", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(.*)`")
_INDEX: Final = re.compile(r"\[[0-9]+\]")
_STEPS: Final = {**dict.fromkeys(b"{[", 1), **dict.fromkeys(b"}]", -1)}
_NO_MARKS: Final = bytes({*range(256)} - {*b'"[]{}'})
_BLOCK_BYTES: Final = 64 * 1024


class Problem(StrEnum):
    """Why something is no record; a reason is one of these, with the field if there is one: `invalid_value:score`."""

    OVERSIZED = "oversized"
    NOT_UTF8 = "not_utf8"
    TOO_DEEP = "too_deep"
    MALFORMED = "malformed"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    INVALID_VALUE = "invalid_value"
    KEY_MISMATCH = "key_mismatch"
    BAD_KEY = "bad_key"
    EMPTY_OBJECT = "empty_object"
    MULTI_LINE = "multi_line"


class RecordError(ValueError):
    """What is no record. `reason` comes from a finite set and can be counted; the message adds the detail."""

    def __init__(self, problem: Problem, detail: str, path: str = "") -> None:
        """Say what is wrong, and in which field: a dotted path, list indices left out."""
        self.reason: Final = f"{problem}:{path}" if path else str(problem)
        super().__init__(f"{self.reason}: {' '.join(detail.split())}")

    @classmethod
    def of_key(cls, error: KeyGrammarError) -> "RecordError":
        """Return the error of an object whose key is not in the grammar."""
        return cls(Problem.BAD_KEY, str(error), error.part)


def read_record(line: bytes, decode: Callable[[bytes], _T]) -> _T:
    """Return what a msgspec decoder makes of one line; raise `RecordError` with a reason."""
    if len(line) > MAX_LINE_BYTES:
        raise RecordError(Problem.OVERSIZED, f"more than {MAX_LINE_BYTES} bytes")
    try:
        if not line.isascii():
            # msgspec leaves fields that it ignores undecoded.
            line.decode()
        if is_too_deep(line):
            raise RecordError(Problem.TOO_DEEP, f"more than {MAX_DEPTH} objects and lists within each other")
        return decode(line)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except UnicodeDecodeError as error:
        raise RecordError(Problem.NOT_UTF8, str(error)) from None
    except msgspec.DecodeError as error:
        raise RecordError(Problem.MALFORMED, str(error)) from None


def read_only_record(content: bytes, decode: Callable[[bytes], _T]) -> _T:
    """Return the record of an object that has one; raise `RecordError` with a reason.

    It must be on one line: Athena reads a record a line, and of one that is spread over several only nulls.
    """
    lines = [line for _, line in iter_lines([content])]
    if not lines:
        raise RecordError(Problem.EMPTY_OBJECT, "expected one line of JSON")
    if len(lines) > 1:
        raise RecordError(Problem.MULTI_LINE, f"{len(lines)} lines: expected one line of JSON")
    return read_record(lines[0], decode)


def is_too_deep(line: bytes) -> bool:
    """Return whether brackets outside of strings nest deeper than `MAX_DEPTH`, closed or not."""
    # Nearly every line has fewer brackets than that.
    if line.count(b"{") + line.count(b"[") <= MAX_DEPTH:
        return False
    return max(accumulate(map(_STEPS.__getitem__, _brackets(line))), default=0) > MAX_DEPTH


def _brackets(line: bytes) -> bytes:
    """Return the line's brackets outside of strings."""
    # First the escapes that would hide whether a quote ends its string.
    marks = line.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _NO_MARKS)
    outside = bytearray()
    is_inside = 0
    for start in range(0, len(marks), _BLOCK_BYTES):
        parts = marks[start : start + _BLOCK_BYTES].split(b'"')
        outside += b"".join(parts[is_inside::2])
        is_inside ^= (len(parts) - 1) % 2
    return bytes(outside)


def _invalid(message: str) -> RecordError:
    match = _AT_PATH.fullmatch(message)
    problem, path = (match["problem"], _INDEX.sub("[]", match["path"])) if match else (message, "")
    if missing := _MISSING.match(problem):
        return RecordError(Problem.MISSING_FIELD, problem, f"{path}.{missing[1]}".removeprefix("."))
    if problem.startswith("Expected") and ", got `" in problem:
        return RecordError(Problem.WRONG_TYPE, problem, path)
    return RecordError(Problem.INVALID_VALUE, problem, path)
