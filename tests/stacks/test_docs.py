"""The pages that follow from the templates are what the templates say. `make docs` writes them anew."""

import pytest

from tests.stacks.synthesis import SynthesizedStack
from tools.docs.__main__ import DOCS, PAGES, README
from tools.docs.architecture import embedded
from tools.docs.templates import Declared


@pytest.mark.parametrize("name", PAGES)
def test_page_is_current(name: str, stacks: dict[str, SynthesizedStack]) -> None:
    declared = [Declared(stack, found.region, found.template) for stack, found in sorted(stacks.items())]
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](declared), "run `make docs`"


def test_the_picture_in_the_readme_is_current(stacks: dict[str, SynthesizedStack]) -> None:
    declared = [Declared(stack, found.region, found.template) for stack, found in sorted(stacks.items())]
    text = README.read_text(encoding="utf-8")
    assert text == embedded(text, declared), "run `make docs`"


def test_every_role_is_told(stacks: dict[str, SynthesizedStack]) -> None:
    text = (DOCS / "iam.md").read_text(encoding="utf-8").partition("## What a role may do")[2]
    named = {line.split("`")[1] for line in text.partition("\n## ")[0].splitlines() if line.startswith("| `")}
    assert len(named) == sum(len(stack.resources("AWS::IAM::Role")) for stack in stacks.values())
