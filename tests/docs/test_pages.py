"""The pages for operators and platform engineers name every command and every choice, and no others."""

import re
from pathlib import Path

import pytest

from ops.cli import COMMANDS
from stacks.config import Config, ContextError

ROOT = Path(__file__).resolve().parents[2]


def first_column(page: str, heading: str) -> set[str]:
    """Return the code in the first column of the table with this heading."""
    table = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(f"| {heading} |")[2].partition("\n\n")[0]
    return {code for line in table.splitlines()[2:] for code in re.findall(r"`([^`]+)`", line.split("|")[1])}


def test_every_command_is_listed() -> None:
    assert {row.split()[1] for row in first_column("operating.md", "command")} == {it.name for it in COMMANDS}


def test_every_choice_is_listed() -> None:
    with pytest.raises(ContextError) as refused:
        Config.from_context({"nonsense": ""})
    accepted = str(refused.value).partition("expected one of ")[2].split(", ")
    assert first_column("deploying.md", "key") == set(accepted)


@pytest.mark.parametrize("page", ["README.md", "docs/operating.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / page).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []
