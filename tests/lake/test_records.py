import json
from typing import Final

import msgspec
import pytest
from hypothesis import given, strategies as st

from lake.records import MAX_DEPTH, Problem, RecordError, is_too_deep, read_only_record, read_record
from schemas.keys.grammar import KeyGrammarError
from schemas.keys.layout import RawKey


class Record(msgspec.Struct):
    text: str


DECODE: Final = msgspec.json.Decoder(Record).decode
GOOD: Final = b'{"text":"a"}'


def nested(depth: int) -> bytes:
    return b'{"text":"a","ignored":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def reason_of_only(content: bytes) -> str:
    with pytest.raises(RecordError) as raised:
        read_only_record(content, DECODE)
    return raised.value.reason


def test_the_greatest_depth_is_read() -> None:
    assert read_record(nested(MAX_DEPTH), DECODE) == Record("a")


def test_one_level_more_is_too_deep() -> None:
    with pytest.raises(RecordError) as raised:
        read_record(nested(MAX_DEPTH + 1), DECODE)
    assert raised.value.reason == "too_deep"


@pytest.mark.parametrize(
    "text", ["[" * 500, '\\"' + "[" * 500, "\\" * 3 + "[" * 500, '"' + "{" * 500, "é" * 3 + "[" * 500], ids=ascii
)
def test_brackets_within_strings_do_not_nest(text: str) -> None:
    assert not is_too_deep(json.dumps({"text": text, text: "]", "many": [[]] * 500}).encode())
    assert is_too_deep(json.dumps({"text": text, "deep": 0}).encode().replace(b"0", b"[" * 200 + b"]" * 200))


JSON = st.recursive(
    st.none() | st.text('a"\\[]{}é'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('"\\[{', max_size=2), inner, max_size=3),
)


def depth(value: object) -> int:
    parts = [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if parts is None else 1 + max(map(depth, parts), default=0)


@given(JSON, st.integers(MAX_DEPTH - 20, MAX_DEPTH))
def test_depth_is_that_of_the_value(value: object, around: int) -> None:
    # Brackets enough that they are not merely counted.
    text = b"[" * around + json.dumps([[], value]).encode() + b"]" * around + b" " + b"[]" * MAX_DEPTH
    assert is_too_deep(text) == (around + depth([[], value]) > MAX_DEPTH)


@pytest.mark.parametrize("content", [GOOD, GOOD + b"\n", b"\xef\xbb\xbf" + GOOD, b"\r\n" + GOOD + b"\r\n\n"])
def test_an_only_record_may_have_blank_lines_around_it(content: bytes) -> None:
    assert read_only_record(content, DECODE) == Record("a")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_object"),
        (b"\n \n", "empty_object"),
        (json.dumps({"text": "a"}, indent=2).encode(), "multi_line"),
        (GOOD + b"\n" + GOOD, "multi_line"),
        (GOOD + GOOD, "malformed"),
        (b"{}", "missing_field:text"),
    ],
)
def test_an_object_without_exactly_one_record_has_a_reason(content: bytes, reason: str) -> None:
    assert reason_of_only(content) == reason


def test_the_reason_of_a_bad_key_names_its_part() -> None:
    with pytest.raises(KeyGrammarError) as raised:
        RawKey.parse("raw/dt=2025-11-05/model=a/phase=P9/x.jsonl")
    assert RecordError.of_key(raised.value).reason == "bad_key:phase"


def test_the_message_is_one_line() -> None:
    assert str(RecordError(Problem.MALFORMED, "a\nb", "field")) == "malformed:field: a b"
