"""What every workflow keeps: pinned actions, least permissions, one at a time, and commands that exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import yaml

from ops.cli import build_parser

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted([*(ROOT / ".github" / "workflows").glob("*.yml"), *ROOT.glob("examples/*/*.yml")])
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")

Json = dict[str, object]


def read(workflow: Path) -> Json:
    return cast("Json", yaml.safe_load(workflow.read_text()))


def jobs(workflow: Path) -> dict[str, Json]:
    return cast("dict[str, Json]", read(workflow)["jobs"])


def steps(job: Json) -> list[Json]:
    """Return the steps of a job; one that calls another workflow has none."""
    return cast("list[Json]", job.get("steps", []))


def commands() -> Iterator[str]:
    for workflow in WORKFLOWS:
        for job in jobs(workflow).values():
            yield from (str(step["run"]) for step in steps(job) if "run" in step)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_and_say_which_version_that_is(workflow: Path) -> None:
    uses = [line for line in workflow.read_text().splitlines() if "uses:" in line and "uses: $/" not in line]
    assert uses
    assert [line for line in uses if not PINNED.search(line)] == []


def test_each_account_is_deployed_to_after_the_one_before_it() -> None:
    promoted = jobs(ROOT / "examples" / "promotion" / "promote.yml")
    order = ["assemble", "development", "staging", "production"]
    assert [*promoted] == order
    assert [job["needs"] for job in [*promoted.values()][1:]] == order[:-1]
    assert {cast("Json", promoted[name]["with"])["environment"] for name in order[1:]} == {*order[1:]}


def test_an_action_has_one_pin_everywhere() -> None:
    lines = {
        line.split("uses: ")[1]
        for path in WORKFLOWS
        for line in path.read_text().splitlines()
        if "uses:" in line and "uses: $/" not in line
    }
    assert len(lines) == len({line.partition("@")[0] for line in lines})


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_nothing_and_a_job_what_it_names(workflow: Path) -> None:
    assert read(workflow)["permissions"] == {}
    assert "concurrency" in read(workflow)
    for job in jobs(workflow).values():
        assert "permissions" in job
        assert "timeout-minutes" in job or "uses" in job


def test_only_the_comment_can_be_written_and_its_job_runs_nothing_of_the_pull_request() -> None:
    writing = {
        (workflow.name, name): [key for key, value in cast("Json", job["permissions"]).items() if value == "write"]
        for workflow in WORKFLOWS
        for name, job in jobs(workflow).items()
    }
    assert {place: keys for place, keys in writing.items() if set(keys) - {"id-token"}} == {
        ("pull-request.yml", "comment"): ["pull-requests"]
    }
    comment = jobs(ROOT / ".github" / "workflows" / "pull-request.yml")["comment"]
    assert "actions/checkout" not in str(comment)


def test_chained_roles_pass_no_session_tags_which_the_deployer_may_not_set() -> None:
    inputs = [
        cast("Json", step["with"])
        for workflow in WORKFLOWS
        for job in jobs(workflow).values()
        for step in steps(job)
        if "role-chaining" in cast("Json", step.get("with", {}))
    ]
    assert inputs
    assert all(each["role-skip-session-tagging"] is True for each in inputs)


def test_no_stored_secret_is_used() -> None:
    assert [path.name for path in WORKFLOWS if "secrets." in path.read_text()] == []


def test_every_target_exists() -> None:
    targets = {target for command in commands() for target in re.findall(r"\bmake (\w+)", command)}
    assert targets
    declared = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets <= {*declared}


def test_every_command_of_ops_is_accepted() -> None:
    found = [command.partition(".venv/bin/ops ")[2] for command in commands() if ".venv/bin/ops " in command]
    assert found
    for line in found:
        assert build_parser().parse_args(shlex.split(line)).command
