from collections.abc import Mapping

import pytest

from ops.query.failures import QueryError
from ops.query.jsonlines import JsonRows
from ops.query.types import parse_type

TYPES = {
    "text": "string",
    "whole": "bigint",
    "real": "double",
    "flag": "boolean",
    "list": "array<string>",
    "parts": "struct<cr:double,at:array<bigint>>",
}


def rows(body: bytes, *, malformed_is_null: bool = True, invalid_is_null: bool = True) -> list[Mapping[str, object]]:
    columns = {name: parse_type(text) for name, text in TYPES.items()}
    reader = JsonRows(columns, malformed_is_null=malformed_is_null, invalid_is_null=invalid_is_null)
    found = [dict(zip(TYPES, row, strict=True)) for row in reader.read(body, source="x.jsonl")]
    return [{name: value for name, value in row.items() if value is not None} for row in found]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"text":"a","whole":-5,"real":1,"flag":true}', {"text": "a", "whole": -5, "real": 1.0, "flag": True}),
        (b'\xef\xbb\xbf {"TEXT":"a","Parts":{"CR":1.5,"more":0}} ', {"text": "a", "parts": {"cr": 1.5, "at": None}}),
        (
            b'{"list":["a",null],"parts":{"at":[1,null]}}',
            {"list": ["a", None], "parts": {"cr": None, "at": [1, None]}},
        ),
        (b'{"text":"\xff\xc3\xa9"}', {"text": "\N{REPLACEMENT CHARACTER}é"}),
        (b'{"text":"a"} {"text":"b"}', {"text": "a"}),
        # What certainly cannot be read is NULL.
        (b'{"text":"a","whole":"high","real":"low"}', {"text": "a"}),
        (b'{"text":"a","rea', {}),
        (b'{"text":', {}),
        (b'"text"', {}),
        (b"", {}),
    ],
)
def test_line_is_a_row(line: bytes, expected: Mapping[str, object]) -> None:
    assert rows(line + b"\r\n" + line.removeprefix(b"\xef\xbb\xbf") + b"\n") == [expected, expected]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'["a",1]', "an array"),
        (b'{"text":1}', "column text: 1 as TEXT"),
        (b'{"text":"\\ud800"}', 'column text: "\\ud800" as TEXT'),
        (b'{"whole":1.5}', "column whole: 1.5 as BIGINT"),
        (b'{"whole":"5"}', 'column whole: "5" as BIGINT'),
        (b'{"whole":9223372036854775808}', "column whole: 9223372036854775808 as BIGINT"),
        (b'{"whole":true}', "column whole: true as BIGINT"),
        (b'{"real":" 1"}', 'column real: " 1" as DOUBLE'),
        (b'{"real":"NaN"}', 'column real: "NaN" as DOUBLE'),
        (b'{"real":""}', 'column real: "" as DOUBLE'),
        (b'{"real":NaN}', "literal NaN"),
        (b'{"flag":"true"}', 'column flag: "true" as BOOLEAN'),
        (b'{"list":"a"}', 'column list: "a" as TEXT[]'),
        (b'{"parts":[1]}', "column parts: [1] as STRUCT("),
        (b'{"parts":{"cr":"x"}}', 'column parts: "x" is no number'),
        (b'{"text":"a","TEXT":"b"}', "a name that occurs twice"),
        (b"{'text':'a'}", "malformed JSON (Expecting property name enclosed in double quotes"),
    ],
)
def test_what_implementations_may_read_otherwise_is_declined(line: bytes, expected: str) -> None:
    with pytest.raises(QueryError) as raised:
        rows(b"{}\n" + line)
    assert str(raised.value).startswith(f"x.jsonl line 2: {expected}")
    assert str(raised.value).endswith(": not known what Athena reads there; run it without --local")


def test_bad_line_or_value_fails_the_query_unless_the_table_says_null() -> None:
    with pytest.raises(QueryError, match=r"^HIVE_BAD_DATA: x\.jsonl line 1: malformed JSON"):
        rows(b'{"text":', malformed_is_null=False)
    with pytest.raises(QueryError, match=r'^HIVE_BAD_DATA: x\.jsonl line 1: column real: "high" is no number$'):
        rows(b'{"real":"high"}', invalid_is_null=False)
