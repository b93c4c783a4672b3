"""What `make snapshots` writes."""

import json
from pathlib import Path

import pytest

from schemas.choices import STAGE
from tests.stacks.synthesis import committed_choices
from tools.templates.__main__ import main
from tools.templates.accepted import (
    FOLDER,
    OPTED_INTO,
    accept,
    accepted_text,
    accepted_texts,
    opted_into,
    read_accepted,
)
from tools.templates.model import Stack


def assembly(folder: Path, template: dict[str, object]) -> Path:
    stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Lake.template.json"}}
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"Lake": stack, "Tree": {"type": "cdk:tree"}}}))
    (folder / "Lake.template.json").write_text(json.dumps(template))
    return folder


def test_only_what_changes_on_aws_is_kept() -> None:
    digest = "0123456789abcdef" * 4
    function = {"Type": "F", "Properties": {"S3Key": f"{digest}.zip", "Role": {"Fn::GetAtt": ["R", "Arn"]}}}
    assert accepted_text({"Resources": {"F": {**function, "Metadata": {"aws:asset:path": digest}}}}) == (
        json.dumps(
            {"Resources": {"F": {"Properties": {"Role": "${R.Arn}", "S3Key": "<asset>.zip"}, "Type": "F"}}}, indent=2
        )
        + "\n"
    )


def test_accepting_writes_each_stack_and_removes_those_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "Old.json").write_text("{}")
    accept(assembly(tmp_path / "out", {"Resources": {}}), tmp_path)
    assert [*read_accepted(tmp_path).stacks] == [Stack("Lake", {"Resources": {}})]


def test_without_a_synthesis_nothing_is_removed(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "Lake.json").write_text('{"Resources": {}}')
    with pytest.raises(FileNotFoundError):
        accept(tmp_path / "out", tmp_path)
    assert [*accepted_texts(tmp_path)] == ["Lake"]


def test_optional_stacks_are_accepted_as_chosen_or_as_an_example_of_the_account_has_them() -> None:
    example = OPTED_INTO["quicksight_principal"]
    assert opted_into({"account": "444455556666"})["quicksight_principal"] == example.replace(
        "111122223333", "444455556666"
    )
    assert opted_into({"quicksight_principal": "x", "stage": "dev"}) == {"quicksight_principal": "x", "stage": ""}


def test_synthesis_is_told_what_nobody_chose(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--choices"]) == 0
    told = dict(each.split("=", 1) for each in capsys.readouterr().out.split() if each != "-c")
    own = committed_choices()
    assert {**own, **told} == opted_into(own)
    assert told.keys() & own.keys() <= {STAGE}
