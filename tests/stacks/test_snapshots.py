"""What changes on AWS is seen in `templates/`, and accepted there by `make snapshots`."""

from tests.stacks.synthesis import SynthesizedStack
from tools.templates.accepted import FOLDER, REPOSITORY, accepted_text, read_accepted


def test_every_stack_is_as_it_was_accepted(stacks: dict[str, SynthesizedStack]) -> None:
    accepted = {file.stem: file.read_text(encoding="utf-8") for file in (REPOSITORY / FOLDER).glob("*.json")}
    assert {name: accepted_text(stack.template) for name, stack in stacks.items()} == accepted, "run `make snapshots`"


def test_a_stack_is_deployed_in_the_region_that_its_name_says(stacks: dict[str, SynthesizedStack]) -> None:
    assert {stack.name: stack.region for stack in read_accepted()} == {
        name: stack.region for name, stack in stacks.items()
    }
