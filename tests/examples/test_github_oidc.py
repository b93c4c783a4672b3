"""The roles of the workflows: who may assume them, and what they may do."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from schemas.names import Names
from schemas.roles import Role
from tests.stacks.synthesis import REPOSITORY, Json, dig, project_context
from tools.templates.model import plain


def synthesize(folder: Path, **context: object) -> subprocess.CompletedProcess[str]:
    given = {**project_context(), **context}
    environment = {**os.environ, "CDK_CONTEXT_JSON": json.dumps(given), "CDK_OUTDIR": str(folder)}
    command = [sys.executable, "-m", "examples.github_oidc"]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def roles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Json]:
    """Each role's properties by its name."""
    folder = tmp_path_factory.mktemp("pipeline")
    done = synthesize(folder, repository="socratic-bench/lake")
    assert done.returncode == 0, done.stderr
    template = cast("Json", plain(json.loads((folder / "SocraticBenchPipeline.template.json").read_text())))
    found = [
        cast("Json", resource["Properties"])
        for resource in cast("dict[str, Json]", template["Resources"]).values()
        if resource["Type"] == "AWS::IAM::Role"
    ]
    return {str(role["RoleName"]): role for role in found}


def statements(role: Json) -> list[Json]:
    return cast("list[Json]", dig(role, "Policies", 0, "PolicyDocument", "Statement"))


@pytest.mark.parametrize(
    ("name", "subject"),
    [("Diff", "pull_request"), ("Deploy", "environment:production"), ("Drift", "environment:drift")],
)
def test_a_role_trusts_one_kind_of_job_of_one_repository(roles: dict[str, Json], name: str, subject: str) -> None:
    (trust,) = cast("list[Json]", dig(roles[f"SocraticBenchPipeline{name}"], "AssumeRolePolicyDocument", "Statement"))
    assert trust == {
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": f"repo:socratic-bench/lake:{subject}",
            }
        },
        "Effect": "Allow",
        "Principal": {"Federated": "${GitHub.Arn}"},
    }


def test_a_pull_request_reads_templates_and_nothing_else(roles: dict[str, Json]) -> None:
    role = roles["SocraticBenchPipelineDiff"]
    (allowed,) = statements(role)
    assert allowed["Action"] == ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"]
    assert "ManagedPolicyArns" not in role


def test_the_deployer_only_becomes_others(roles: dict[str, Json]) -> None:
    role = roles["SocraticBenchPipelineDeploy"]
    assert {str(statement["Action"]) for statement in statements(role)} == {"sts:AssumeRole"}
    become = [
        str(resource) for statement in statements(role) for resource in cast("list[str]", statement["Resource"])
    ]
    assert not [resource for resource in become if "*" in resource]
    lake = {f"arn:aws:iam::${{AWS::AccountId}}:role/{Names().role(role)}" for role in (Role.PUBLISHER, Role.OPERATOR)}
    assert lake < set(become)
    assert {resource.rpartition("/")[2].partition("-")[0] for resource in set(become) - lake} == {"cdk"}


def test_no_role_may_change_anything_itself(roles: dict[str, Json]) -> None:
    reading = r"sts:AssumeRole|cloudformation:(Describe|Get|List|Detect)\w+"
    allowed = [statement["Action"] for role in roles.values() for statement in statements(role)]
    actions = [action for each in allowed for action in (each if isinstance(each, list) else [each])]
    assert actions
    assert [action for action in actions if not re.fullmatch(reading, str(action))] == []


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ({}, "context repository=None: expected OWNER/NAME, as on GitHub\n"),
        ({"repository": "lake"}, "context repository='lake': expected OWNER/NAME, as on GitHub\n"),
        ({"repository": "a/b:*"}, "context repository='a/b:*': expected OWNER/NAME, as on GitHub\n"),
    ],
)
def test_a_bad_repository_stops_synthesis_with_one_line(tmp_path: Path, context: Json, told: str) -> None:
    done = synthesize(tmp_path / "out", **context)
    assert (done.returncode, done.stderr.splitlines(keepends=True)[-1]) == (2, told)
