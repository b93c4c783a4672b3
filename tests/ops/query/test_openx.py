import json
from collections.abc import Sequence

import pytest

from ops.query.failures import QueryError
from ops.query.hive import parse_type
from ops.query.openx import JsonRows

COLUMNS = {
    name: parse_type(kind)
    for name, kind in {
        "run_id": "string",
        "turn": "bigint",
        "score": "double",
        "flag": "boolean",
        "violations": "array<string>",
        "csd": "struct<cr:double,overall:double>",
        "refs": "array<struct<item_id:string,turn_origin:bigint>>",
    }.items()
}


def read(body: bytes, *wanted: str, malformed: bool = True, invalid: bool = True) -> Sequence[tuple[object, ...]]:
    rows = JsonRows(COLUMNS, wanted, malformed_is_null=malformed, invalid_is_null=invalid)
    return [*rows.read(body, source="raw/x.jsonl")]


def value(column: str, text: str, **options: bool) -> object:
    ((found,),) = read(f'{{"{column}": {text}}}'.encode(), column, **options)
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", []),
        (b'{"turn":1}', [1]),
        (b'{"turn":1}\n', [1]),
        (b'{"turn":1}\r\n{"turn":2}\r{"turn":3}\n', [1, 2, 3]),
        (b'\xef\xbb\xbf{"turn":1}\n', [1]),
        (b'  {"turn":1}  \n', [1]),
        # A blank line is a row, unlike in curation.
        (b'{"turn":1}\n\n \n{"turn":2}\n', [1, None, None, 2]),
        (b'{"turn":1', [None]),
        (b'{"turn":1,"user_text":"} cut of', [None]),
        (b'{"turn":1} {"turn":2}\n', [1]),
        (b'{"turn":1} garbage\n', [1]),
        (b"garbage\n", [None]),
        (b'"turn"\n', [None]),
        (b"null\n", [None]),
        (b"{}\n", [None]),
        (b'{"TURN":1}\n', [1]),
        (b'{"turn":null}\n', [None]),
        (b'{"\xff":0,"turn":1}\n', [1]),
        (b'["01",7]\n', [7]),
        (b'["01"]\n', [None]),
        (b'{"a":"\x01","turn":1}\n', [1]),
    ],
)
def test_lines(body: bytes, expected: list[object]) -> None:
    assert [row[0] for row in read(body, "turn")] == expected


def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    assert read(b'{"run_id":"a\xffb"}\n', "run_id") == [("a\ufffdb",)]


def test_rows_are_counted_where_no_column_is_wanted() -> None:
    assert read(b'{"turn":1}\n{"turn"\n') == [(), ()]


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("run_id", '"x"', "x"),
        ("run_id", "5", "5"),
        ("run_id", "true", "true"),
        ("turn", "5", 5),
        ("turn", '"5"', 5),
        ("turn", "9223372036854775807", 9223372036854775807),
        ("score", "5", 5.0),
        ("score", "8.25", 8.25),
        ("score", '"8.25"', 8.25),
        ("score", "-1e3", -1000.0),
        ("flag", "true", True),
        ("flag", '"TRUE"', True),
        ("flag", '"yes"', False),
        ("violations", "[]", []),
        ("violations", '["a",null]', ["a", None]),
        ("violations", '"a"', ["a"]),
        ("violations", '""', None),
        ("violations", "null", None),
        ("csd", '{"CR":1.5}', {"cr": 1.5, "overall": None}),
        ("csd", '{"cr":1,"other":[]}', {"cr": 1.0, "overall": None}),
        ("refs", '[{"item_id":"s1","turn_origin":2}]', [{"item_id": "s1", "turn_origin": 2}]),
        ("refs", '{"item_id":"s1"}', [{"item_id": "s1", "turn_origin": None}]),
    ],
)
def test_values(column: str, text: str, expected: object) -> None:
    found = value(column, text)
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("score", '"high"', '"high" is no double'),
        ("score", '""', '"" is no double'),
        ("score", "true", "true is no double"),
        ("score", "[8]", "[8] is no double"),
        ("turn", '"high"', '"high" is no whole number'),
        ("turn", "{}", "{} is no whole number"),
        ("turn", "false", "false is no whole number"),
        ("csd", '"x"', '"x" is no struct'),
        ("csd", "5", "5 is no struct"),
        ("csd", '{"cr":"x"}', '"x" is no double'),
    ],
)
def test_value_of_another_type_is_null_or_fails_as_the_table_says(column: str, text: str, expected: str) -> None:
    assert value(column, text, invalid=True) is None
    with pytest.raises(QueryError) as raised:
        value(column, text, invalid=False)
    assert str(raised.value) == f"HIVE_BAD_DATA: raw/x.jsonl line 1: column {column}: {expected}"


def test_bad_value_of_a_column_that_is_not_read_does_not_matter() -> None:
    assert read(b'{"turn":1,"score":"high"}\n', "turn", invalid=False) == [(1,)]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("turn", "3.0"),
        ("turn", "3.5"),
        ("turn", '"3.0"'),
        ("turn", '"010"'),
        ("turn", "9223372036854775808"),
        ("score", '" 8"'),
        ("score", '"NaN"'),
        ("score", '"0x1p3"'),
        ("score", "NaN"),
        ("flag", "1"),
        ("run_id", "1.0"),
        ("run_id", "[]"),
        ("run_id", '{"a":1}'),
        ("run_id", r'"\ud800"'),
        ("csd", "[1,2]"),
        ("csd", '" "'),
        ("turn", '1,"Turn":2'),
        ("csd", '{"cr":1,"CR":2}'),
    ],
)
def test_what_two_implementations_read_differently_is_refused(column: str, text: str) -> None:
    for invalid in (True, False):
        with pytest.raises(QueryError, match=r"^raw/x.jsonl line 1: .*not known what Athena reads there; .*--local$"):
            value(column, text, invalid=invalid)


@pytest.mark.parametrize(
    "line",
    [
        b"{'turn':1}",
        b'{"turn":1,}',
        b'{"turn"=1}',
        b"{turn:1}",
        b'{"turn":01}',
        b'{"a":"\\x","turn":1}',
        b"[" * 5_000 + b"]",
    ],
)
def test_line_that_only_a_lenient_parser_reads_is_refused(line: bytes) -> None:
    with pytest.raises(QueryError, match="not known what Athena reads there"):
        read(line, "turn")


def test_malformed_line_fails_where_the_table_says_so() -> None:
    with pytest.raises(QueryError, match=r"^HIVE_BAD_DATA: raw/x.jsonl line 2: malformed JSON"):
        read(b'{"turn":1}\n{"turn":\n', "turn", malformed=False)


def test_doubles_are_read_to_the_last_bit() -> None:
    numbers = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308]
    body = "\n".join(json.dumps({"score": number}) for number in numbers)
    assert [row[0] for row in read(body.encode(), "score")] == numbers
