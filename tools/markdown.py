"""Tables and code of Markdown, as a terminal and a pull request show them."""

from collections.abc import Iterable, Sequence


def table(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; a column whose title ends in ':' is aligned to the right.

    Cells are not padded: a longer one would change every line.
    """
    titles = [column.removesuffix(":") for column in columns]
    rules = ["---:" if column.endswith(":") else "---" for column in columns]
    return "".join(f"| {' | '.join(map(_cell, row))} |\n" for row in (titles, rules, *rows))


def code(text: str) -> str:
    """Return a text as inline code, backticks in it too; nothing stays nothing."""
    if not text:
        return ""
    fence, padding = ("``", " ") if "`" in text else ("`", "")
    return f"{fence}{padding}{' '.join(text.splitlines())}{padding}{fence}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
