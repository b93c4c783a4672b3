from collections.abc import Sequence

import msgspec
import pytest

from lake.plain import plain_turns
from lake.records import RecordError
from lake.scoring import read_turn
from tests.schemas.examples import KEY, line, line_with_raw

PLAIN = {
    "a line": [line()],
    "lines that end": [line(turn=1), line(turn=2), b""],
    "the same turn twice": [line(turn=1), line(turn=1)],
    "unicode and escapes": [line(user_text='é "\u2028" \\ \n \U0001f914')],
    "space before and after": [b"  " + line(turn=1)],
    "float of many digits": [line_with_raw("score", b"8.4499999999999999999999999999999999999999999")],
}
UNUSUAL = {
    "nothing": [],
    "blank line": [line(turn=1), b"", line(turn=2)],
    "blank line at the start": [b"", line(turn=1)],
    "two blank lines at the end": [line(turn=1), b"", b""],
    "crlf": [line(turn=1) + b"\r", line(turn=2) + b"\r"],
    "byte order mark": [b"\xef\xbb\xbf" + line()],
    "space after": [line(turn=1) + b" ", line(turn=2)],
    "two records on a line": [line(turn=1) + line(turn=2)],
    "one record on two lines and two on one": [line(turn=1).replace(b",", b",\n", 1), line(turn=2) + line(turn=3)],
    "record over two lines": [line(turn=1).replace(b",", b",\n", 1)],
    "no record": [line(), b"[]"],
    "truncated": [line(turn=1), line(turn=2)[:100]],
    "unknown field": [line(later="x")],
    "other run": [line(run_id="01HQVZ3K9X9876543210FEDCBA")],
    "other model": [line(model="another-model")],
    "other phase": [line(phase="P3")],
    "no reference": [line(rubric_version="rubric-1.1")],
    "other zone": [line(timestamp="2025-11-05T12:34:56+05:30")],
    "no zone": [line(timestamp="2025-11-05T12:34:56")],
    "not utf-8": [line(user_text="é").replace("é".encode(), b"\xe9")],
    "deep nesting": [line_with_raw("later", b"[" * 100_000 + b"]" * 100_000)],
}


@pytest.mark.parametrize("lines", PLAIN.values(), ids=PLAIN)
def test_plain_lines_are_the_turns_that_validation_reads(lines: Sequence[bytes]) -> None:
    expected = [msgspec.to_builtins(read_turn(each, KEY)) for each in lines if each]
    assert [msgspec.to_builtins(turn) for turn in plain_turns(b"\n".join(lines), KEY)] == expected


@pytest.mark.parametrize("lines", UNUSUAL.values(), ids=UNUSUAL)
@pytest.mark.parametrize("before", [[], [line(turn=9)]], ids=["alone", "after a plain line"])
def test_one_unusual_line_makes_the_whole_object_unusual(lines: Sequence[bytes], before: Sequence[bytes]) -> None:
    assert plain_turns(b"\n".join([*before, *lines]) if lines else b"", KEY) == []


@pytest.mark.parametrize("name", [field.name for field in msgspec.structs.fields(type(read_turn(line(), KEY)))])
def test_what_validation_refuses_is_not_plain(name: str) -> None:
    refused = line_with_raw(name, b"[[]]")
    with pytest.raises(RecordError):
        read_turn(refused, KEY)
    assert plain_turns(refused, KEY) == []
