"""Reads the runbook: its headings, and its commands as a shell would take them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RUNBOOK = Path(__file__).resolve().parents[2] / "docs" / "runbook.md"

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXIT_CODE = re.compile(r"# exit ([0-9]+)\b")


@dataclass(frozen=True)
class Command:
    """A command and the exit code that it is documented to end with."""

    words: tuple[str, ...]
    exit_code: int

    def __str__(self) -> str:
        return shlex.join(self.words)


def anchor(heading: str) -> str:
    """Return the fragment of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def headings(text: str) -> list[tuple[int, str]]:
    """Return (level, text) of each heading."""
    return [
        (len(marks), heading) for marks, heading in re.findall(r"^(#+) (.+)$", _without_blocks(text), re.MULTILINE)
    ]


def entries(text: str, section: str) -> list[str]:
    """Return the headings one level below a section."""
    found: list[str] = []
    inside = False
    for level, heading in headings(text):
        if level <= 2:
            inside = heading == section
        elif level == 3 and inside:
            found.append(heading)
    return found


def part(text: str, heading: str) -> str:
    """Return the text below a heading, to the next of its level or above."""
    marks = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    if marks is None:
        raise ValueError(heading)
    below = text[marks.end() :]
    following = re.search(rf"^#{{1,{len(marks[1])}}} ", below, re.MULTILINE)
    return below[: following.start()] if following else below


def links(text: str) -> set[str]:
    """Return the fragments that the text links to in itself."""
    return set(re.findall(r"\]\(#([^)]*)\)", text))


def blocks(text: str) -> list[tuple[str, str]]:
    """Return (language, content) of each fenced block."""
    return _BLOCK.findall(text)


def commands(text: str) -> list[Command]:
    """Return the commands in the text's order, each once."""
    found = (command for language, content in blocks(text) if language == "console" for command in _of(content))
    return [*dict.fromkeys(found)]


def _of(content: str) -> Iterator[Command]:
    for line in content.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            documented = _EXIT_CODE.search(line)
            words = tuple(shlex.split(line.removeprefix("$ "), comments=True))
            yield Command(words, int(documented[1]) if documented else 0)


def _without_blocks(text: str) -> str:
    return _BLOCK.sub("", text)
