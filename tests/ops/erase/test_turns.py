"""Lines of other turns stay byte by byte; those whose turn nobody can tell stay, and are counted."""

from hypothesis import given, strategies as st

from ops.erase.turns import TakenOut, as_metadata, erased_turns, without_turns

LINES = [
    b'\xef\xbb\xbf{"turn": 1, "user_text": "a"}\r\n',
    b"\n",
    b'{"turn": 2}\n',
    b'{"turn": "2", "of": "wrong type"}\n',
    b'{"turn": 2, "turn": 3}\n',
    b'{"turn": 2',
]


def taken(lines: list[bytes], *turns: int) -> tuple[list[bytes], TakenOut]:
    count = TakenOut()
    return [*without_turns(lines, turns, count)], count


def test_lines_of_a_turn_are_taken_out_whatever_else_is_wrong_with_them() -> None:
    assert taken(LINES, 2) == ([LINES[0], LINES[1], LINES[4], LINES[5]], TakenOut(taken=2, left=3, unreadable=1))
    assert taken(LINES, 1)[1] == TakenOut(taken=1, left=4, unreadable=1)
    assert taken(LINES, 9) == (LINES, TakenOut(taken=0, left=5, unreadable=1))


def test_what_is_no_line_of_json_stays() -> None:
    strange = [b"[" * 100_000 + b"\n", b"\xff\xfe\n", b'"turn"\n', b'{"turn": null}\n', b"2\n"]
    assert taken(strange, 2) == (strange, TakenOut(taken=0, left=5, unreadable=5))


@given(st.frozensets(st.integers(1, 200)))
def test_turns_are_read_back_from_the_metadata(turns: frozenset[int]) -> None:
    assert erased_turns(as_metadata(turns)) == turns


def test_metadata_of_somebody_else_names_no_turns() -> None:
    assert erased_turns("all, 3x,-1,²") == frozenset()
