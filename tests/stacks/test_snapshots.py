"""What changes on AWS is seen in `templates/`, and accepted there by `make snapshots`."""

from tests.stacks.synthesis import SynthesizedStack, committed_choices, synthesize
from tools.templates.accepted import accepted_text, accepted_texts, opted_into
from tools.templates.model import region


def test_every_stack_is_as_it_was_accepted_with_what_this_deployment_chose() -> None:
    stacks = synthesize(**opted_into(committed_choices()))
    declared = {name: accepted_text(stack.template) for name, stack in stacks.items()}
    assert declared == accepted_texts(), "run `make snapshots`"


def test_a_stack_is_deployed_in_the_region_that_its_name_says(stacks: dict[str, SynthesizedStack]) -> None:
    assert {name: region(name) for name in stacks} == {name: stack.region for name, stack in stacks.items()}
