"""JSON Lines as bytes: lines of a stream, whatever its chunks, in memory that one line bounds."""

from collections.abc import Iterable, Iterator
from typing import Final

MAX_LINE_BYTES: Final = 16 * 1024 * 1024
_BOM: Final = b"\xef\xbb\xbf"


def iter_lines(chunks: Iterable[bytes], *, limit: int = MAX_LINE_BYTES) -> Iterator[tuple[int, bytes]]:
    """Yield `(line number from 1, line)` of each non-blank line, without its line feed.

    A leading byte order mark is dropped. Of a line longer than `limit` bytes the first `limit` + 1 are yielded,
    so that its reader sees that it is oversized while the memory stays bounded.
    """
    number = 0
    begun = bytearray()
    held = limit + 1 + len(_BOM)
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for end in ended:
            number += 1
            line = _joined(begun, end, held) if begun else end
            begun.clear()
            if content := _content(number, line, limit):
                yield number, content
        begun += rest[: held - len(begun)]
    if content := _content(number + 1, bytes(begun), limit):
        yield number + 1, content


def beginning(chunks: Iterable[bytes], *, limit: int = MAX_LINE_BYTES) -> bytes:
    """Return the content of an object of one record, and of a larger one enough to see that it is oversized."""
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > limit + len(_BOM):
            break
    return bytes(content)


def _joined(begun: bytearray, end: bytes, held: int) -> bytes:
    begun += end[: held - len(begun)]
    return bytes(begun)


def _content(number: int, line: bytes, limit: int) -> bytes:
    if number == 1:
        line = line.removeprefix(_BOM)
    if len(line) > limit:
        # never blank, since only its beginning is seen
        return line[: limit + 1]
    return b"" if line.isspace() else line
