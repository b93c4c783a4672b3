"""How a reviewer reads a value that changed."""

import pytest

from tools.diff.values import shown

LONG = "select " + "a, " * 60 + "b from turns"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 2, "`1` → `2`"),
        ("1", 1, '`"1"` → `1`'),
        (True, False, "`true` → `false`"),
        (None, "x", "set to `x`"),
        ({"a": 1}, None, 'removed (was `{"a": 1}`)'),
        ("", "x", '`""` → `x`'),
        (["a", "b"], ["b", "c"], "without `a`, with `c`"),
        (["a"], ["a", "b"], "with `b`"),
        (["a", "b"], ["b", "a"], '`["a", "b"]` → `["b", "a"]`'),
        (LONG, LONG.replace("b from", "c from"), "`…a, a, a, a, b from turns` → `…a, a, a, a, c from turns`"),
    ],
)
def test_a_change_is_shown_where_it_differs(before: object, after: object, expected: str) -> None:
    assert shown(before, after) == expected


def test_a_cell_stays_short_whatever_differs() -> None:
    assert len(shown("x" * 10_000, "y" * 10_000)) < 200
    assert len(shown(None, ["y" * 10_000])) < 200
