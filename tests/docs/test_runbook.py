"""The runbook against the alarms and the command line that it tells of; `tests/scenarios` runs its commands."""

import re
from typing import cast

import pytest

from ops.cli import build_parser
from tests.docs.runbook import RUNBOOK, Command, anchor, blocks, commands, entries, headings, links, part
from tests.stacks.synthesis import Json, synthesize
from tools.templates.accepted import OPTED_INTO

TEXT = RUNBOOK.read_text()
COMMANDS = commands(TEXT)


def descriptions() -> dict[str, str]:
    """Return the description of each alarm by its logical id."""
    return {
        logical_id: str(cast("Json", alarm["Properties"])["AlarmDescription"])
        for stack in synthesize(**OPTED_INTO).values()
        for logical_id, alarm in stack.resources("AWS::CloudWatch::Alarm").items()
    }


def test_each_alarm_names_its_entry_and_each_entry_has_an_alarm() -> None:
    named = {found for text in descriptions().values() for found in re.findall(r"docs/runbook\.md#(\S+)$", text)}
    assert named
    assert named == {anchor(heading) for heading in entries(TEXT, "Alarms")}


def test_each_alarm_says_in_a_sentence_what_is_wrong() -> None:
    for text in descriptions().values():
        assert re.fullmatch(r"[A-Z][^#]+\. See docs/runbook\.md#[a-z-]+", text)


def test_headings_differ_so_that_each_can_be_linked_to() -> None:
    found = [anchor(heading) for _, heading in headings(TEXT)]
    assert len(set(found)) == len(found)
    assert links(TEXT) <= set(found)


def test_every_block_is_one_of_commands() -> None:
    assert {language for language, _ in blocks(TEXT)} == {"console"}
    assert all(content.startswith("$ ") for _, content in blocks(TEXT))


@pytest.mark.parametrize("command", [it for it in COMMANDS if it.words[0] == "ops"], ids=str)
def test_a_command_of_the_operators_tool_is_one_that_it_takes(command: Command) -> None:
    assert build_parser().parse_args(command.words[1:]).command is not None


EXAMPLE = """# Title
## One
### It is wrong, isn't it?
Text with `$ no` command.
```console
$ ops reconcile  # exit 1 while they differ
some output
$ echo "a # b" \\
    c
$ ops reconcile # exit 1 again, and so read once
```
## Two
```sh
# not a heading
$ ls
```
"""


def test_commands_are_read_once_each_with_their_words_and_exit_code() -> None:
    assert commands(EXAMPLE) == [
        Command(("ops", "reconcile"), 1),
        Command(("echo", "a # b", "c"), 0),
    ]


def test_part_of_a_heading_ends_before_the_next_of_its_level() -> None:
    assert commands(part(EXAMPLE, "One")) == commands(EXAMPLE)
    assert commands(part(EXAMPLE, "Two")) == []
    with pytest.raises(ValueError, match="Three"):
        part(EXAMPLE, "Three")


def test_entries_are_those_of_their_section() -> None:
    assert [heading for _, heading in headings(EXAMPLE)] == ["Title", "One", "It is wrong, isn't it?", "Two"]
    assert entries(EXAMPLE, "One") == ["It is wrong, isn't it?"]
    assert entries(EXAMPLE, "Two") == []
    assert anchor("It is wrong, isn't it?") == "it-is-wrong-isnt-it"
