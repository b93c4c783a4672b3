"""What an operator sees: results on standard output, messages and progress on standard error.

What is shown may come from a model, a key or a queue. Nothing of it reaches a terminal but through this module, which
shows what could control one as an escape. Progress is shown on a terminal alone.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final, Never, TextIO, TypeVar

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

_Item = TypeVar("_Item")
# Keys are long; a log or a file has no edge to fold them at.
_WIDTH_OF_A_FILE: Final = 200
# Control characters but line feed and tab, separators that end a line, and the marks that turn the direction of text:
# https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


class _Console(Console):
    def on_broken_pipe(self) -> Never:
        """Leave the exit code to the command; rich would exit with 1, which says that a difference was found."""
        raise BrokenPipeError


def console() -> Console:
    """Return where results go."""
    return _Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE, highlight=False)


def visible(text: str) -> str:
    r"""Return the text with escapes such as `\x1b` for what could control a terminal; line feeds and tabs stay."""
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str | float | None]]) -> None:
    """Print a table; numbers stand right, None is a dash. Texts are shown as they are, markup in them too."""
    table = Table(title=Text(_shown(title), style="table.title"), title_justify="left")
    lines = [*rows]
    for at, column in enumerate(columns):
        numeric = all(isinstance(row[at], int | float | None) for row in lines)
        table.add_column(Text(_shown(column)), justify="right" if numeric else "left", overflow="fold")
    for row in lines:
        table.add_row(*(Text(_shown(_cell(value))) for value in row))
    console().print(table)


def _cell(value: str | float | None) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return "-" if value is None else f"{value:.2f}" if isinstance(value, float) else value


def _shown(text: str) -> str:
    """Return visible text, with escapes for what the encoding of standard output does not have."""
    encoding = sys.stdout.encoding or "ascii"
    return visible(text).encode(encoding, "backslashreplace").decode(encoding)


def show_line(text: str) -> None:
    """Print one line of a result for people; line feeds in it are escapes."""
    sys.stdout.write(_shown(text.replace("\n", "\\n")) + "\n")


def show_json(result: Mapping[str, object]) -> None:
    """Print a result for machines: one line of JSON in UTF-8, whatever the terminal's encoding."""
    text = json.dumps(result, ensure_ascii=False)
    show_data((_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n").encode())


def show_data(content: bytes) -> None:
    """Write UTF-8 to standard output, byte by byte; on a terminal, of whatever encoding, as visible text."""
    sys.stdout.flush()
    shown = visible(content.decode().replace("\r\n", "\n")).encode() if sys.stdout.isatty() else content
    sys.stdout.buffer.write(shown)
    sys.stdout.buffer.flush()


def show_message(text: str) -> None:
    """Print one line on standard error, which may be closed or full."""
    show_error(" ".join(text.split()) + "\n")


def show_error(text: str) -> None:
    """Print text on standard error, which may be closed or full."""
    try:
        sys.stderr.write(visible(text))
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)


@contextmanager
def flushed() -> Iterator[None]:
    """Write what standard output holds here, and not at the interpreter's end, which has exit codes of its own."""
    try:
        yield
    finally:
        try:
            sys.stdout.flush()
        except OSError:
            _discard(sys.stdout)
            raise


def _discard(stream: TextIO) -> None:
    """Let what a stream still holds, and gets, go nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def progress(*, in_bytes: bool = False) -> Iterator[Progress]:
    """Give a progress display that is silent unless standard error is a terminal, and gone at the end."""
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn() if in_bytes else MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as display:
        yield display


def tracked(items: Iterable[_Item], *, description: str, total: int | None = None) -> Iterator[_Item]:
    """Yield the items under a progress bar; without a total it only moves."""
    with progress() as display:
        yield from display.track(items, total=total, description=visible(description))


@contextmanager
def status(text: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal alone what is under way; the function that is given shows something else."""
    with Console(stderr=True).status(Text(visible(text)), refresh_per_second=4) as shown:
        yield lambda other: shown.update(Text(visible(other)))
