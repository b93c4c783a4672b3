"""What an operator sees: results on standard output, progress on standard error and only on a terminal."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, Never, TypeVar

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

_Item = TypeVar("_Item")
# Keys are long; a log or a file has no edge to fold them at.
_WIDTH_OF_A_FILE: Final = 200


class _Console(Console):
    def on_broken_pipe(self) -> Never:
        """Leave the exit code to the command; rich would exit with 1, which says that a difference was found."""
        raise BrokenPipeError


def console() -> Console:
    """Return where results go."""
    return _Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE, highlight=False)


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str | float | None]]) -> None:
    """Print a table; numbers stand right, None is a dash. Texts are shown as they are, markup in them too."""
    table = Table(title=title, title_justify="left")
    lines = [*rows]
    for at, column in enumerate(columns):
        numeric = all(isinstance(row[at], int | float | None) for row in lines)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in lines:
        table.add_row(*(Text(_cell(value)) for value in row))
    console().print(table)


def _cell(value: str | float | None) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return "-" if value is None else f"{value:.2f}" if isinstance(value, float) else value


def show_json(result: Mapping[str, object]) -> None:
    """Print a result for machines: one line of JSON."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")


@contextmanager
def progress(*, in_bytes: bool = False) -> Iterator[Progress]:
    """Give a progress display that is silent unless standard error is a terminal, and gone at the end."""
    with Progress(
        TextColumn("{task.description}"),
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
        yield from display.track(items, total=total, description=description)
