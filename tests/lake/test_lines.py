import tracemalloc
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given, strategies as st

from lake.lines import MAX_LINE_BYTES, beginning, iter_lines

BOM = b"\xef\xbb\xbf"
LIMIT = 8


def reference(data: bytes, limit: int) -> list[tuple[int, bytes]]:
    first, *others = data.split(b"\n")
    lines = [first.removeprefix(BOM), *others]
    return [(n, text[: limit + 1]) for n, text in enumerate(lines, 1) if len(text) > limit or text.strip()]


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(place % (len(data) + 1) for place in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


PIECES = st.sampled_from(
    [b"\n", b"\r\n", b" ", b"\t", BOM, BOM[:1], b"a", b"{}", b"x" * 7, b"y" * 9, b" " * 9, b"\0"]
)
DATA = st.lists(PIECES, max_size=20).map(b"".join) | st.binary(max_size=60)


@given(DATA, st.lists(st.integers(0, 1_000), max_size=8))
@example(BOM + b"x" * LIMIT + b"\n", [])
@example(BOM + b"x" * (LIMIT + 1), [])
@example(b" " * (LIMIT + 1) + b"{}", [])
@example(b"\n\n", [1])
def test_lines_are_those_of_a_plain_split_whatever_the_chunks(data: bytes, cuts: list[int]) -> None:
    assert list(iter_lines(cut(data, cuts), limit=LIMIT)) == reference(data, LIMIT)


@given(DATA)
def test_lines_are_the_same_byte_by_byte(data: bytes) -> None:
    assert list(iter_lines((bytes([byte]) for byte in data), limit=LIMIT)) == reference(data, LIMIT)


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        ([], []),
        ([b""], []),
        ([b"\n"], []),
        ([b"{}"], [(1, b"{}")]),
        ([b"{}\n"], [(1, b"{}")]),
        ([b"{", b"", b"}", b"\n"], [(1, b"{}")]),
        ([b"{}\r\n[]\r\n"], [(1, b"{}\r"), (2, b"[]\r")]),
        ([b"{}\r", b"\n[]"], [(1, b"{}\r"), (2, b"[]")]),
        ([b"\n \t\r\n{}"], [(3, b"{}")]),
        ([BOM + b"{}\n" + BOM + b"[]"], [(1, b"{}"), (2, BOM + b"[]")]),
        ([BOM[:2], BOM[2:] + b"{}"], [(1, b"{}")]),
        ([BOM], []),
        ([BOM + BOM + b"{}"], [(1, BOM + b"{}")]),
        ([b"a\rb\x0bc\x0cd\xc2\x85e"], [(1, b"a\rb\x0bc\x0cd\xc2\x85e")]),
    ],
)
def test_only_line_feeds_end_a_line_and_blank_lines_count_without_showing(
    chunks: list[bytes], lines: list[tuple[int, bytes]]
) -> None:
    assert list(iter_lines(chunks)) == lines


@pytest.mark.parametrize("bom", [b"", BOM])
@pytest.mark.parametrize("length", [LIMIT - 1, LIMIT, LIMIT + 1, LIMIT + 2, LIMIT + 3, LIMIT + 4, 10 * LIMIT])
@pytest.mark.parametrize("end", [b"", b"\n", b"\nz"])
def test_a_line_shows_that_it_is_oversized_by_one_byte_more_than_the_limit(
    bom: bytes, length: int, end: bytes
) -> None:
    (number, text), *_ = iter_lines([bom + b"x" * length + end], limit=LIMIT)
    assert (number, text) == (1, b"x" * min(length, LIMIT + 1))


def test_an_oversized_line_that_begins_blank_is_not_lost() -> None:
    assert list(iter_lines([b"{}\n" + b" " * 20 + b"{}\n[]"], limit=LIMIT)) == [
        (1, b"{}"),
        (2, b" " * (LIMIT + 1)),
        (3, b"[]"),
    ]


@pytest.mark.parametrize("end", [b"", b"\n{}"])
def test_one_huge_line_needs_no_more_memory_than_the_limit(end: bytes) -> None:
    limit = 256 * 1024

    def chunks() -> Iterator[bytes]:
        for _ in range(512):
            yield b"x" * 64 * 1024
        yield end

    tracemalloc.start()
    try:
        sizes = [len(text) for _, text in iter_lines(chunks(), limit=limit)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sizes[0] == limit + 1
    assert peak < 4 * limit


def test_many_lines_are_not_held_together() -> None:
    tracemalloc.start()
    try:
        total = sum(len(text) for _, text in iter_lines(b"x" * 999 + b"\n" for _ in range(8_000)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total == 999 * 8_000
    assert peak < 100_000


def test_the_limit_is_that_of_the_design() -> None:
    assert MAX_LINE_BYTES == 16 * 2**20


def test_of_an_object_of_one_record_no_more_is_read_than_shows_that_it_is_oversized() -> None:
    read = []

    def chunks() -> Iterator[bytes]:
        for number in range(10):
            read.append(number)
            yield b"xxxx"

    assert beginning(chunks(), limit=6) == b"xxxx" * 3
    assert read == [0, 1, 2]
    assert beginning([b"a", b"b"], limit=6) == b"ab"
