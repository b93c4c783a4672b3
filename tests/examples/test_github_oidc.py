"""The roles of the workflows: who may assume them, and what they may do."""

import fnmatch
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from examples.github_oidc.repository import EXPECTED, Repository, RepositoryError
from schemas.names import Names
from schemas.roles import Role
from tests.stacks.synthesis import REPOSITORY, Json, dig, project_context, synthesize as lake
from tools.templates.accepted import OPTED_INTO
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
    done = synthesize(folder, repository="socratic-bench@41/lake@4102")
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
def test_role_trusts_one_kind_of_job_of_one_repository_in_both_forms_of_the_subject(
    roles: dict[str, Json], name: str, subject: str
) -> None:
    (trust,) = cast("list[Json]", dig(roles[f"SocraticBenchPipeline{name}"], "AssumeRolePolicyDocument", "Statement"))
    assert trust == {
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": [
                    f"repo:socratic-bench/lake:{subject}",
                    f"repo:socratic-bench@41/lake@4102:{subject}",
                ],
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


@pytest.mark.parametrize(
    "role", ["SocraticBenchOperator", "SocraticBenchReplication", "SocraticBenchIndex-IndexRunRole9CDCF911-x1Y2"]
)
def test_drift_reads_the_policies_of_every_role_of_the_lake(roles: dict[str, Json], role: str) -> None:
    (reading,) = (it for it in statements(roles["SocraticBenchPipelineDrift"]) if it["Sid"] == "ReadRoles")
    patterns = cast("list[str]", reading["Resource"])
    arn = f"arn:aws:iam::${{AWS::AccountId}}:role/{role}"
    assert [pattern for pattern in patterns if fnmatch.fnmatchcase(arn, pattern)]


def test_drift_reads_what_the_dashboards_are_made_of(roles: dict[str, Json]) -> None:
    (reading,) = (it for it in statements(roles["SocraticBenchPipelineDrift"]) if it["Sid"] == "ReadDashboards")
    ids = {
        (kind.lower(), str(dig(resource, "Properties", f"{kind}Id")))
        for kind in ("Analysis", "Dashboard", "DataSet", "DataSource")
        for resource in lake(**OPTED_INTO)["SocraticBenchDashboards"].resources(f"AWS::QuickSight::{kind}").values()
    }
    arn = "arn:aws:quicksight:us-east-1:${AWS::AccountId}"
    assert reading["Resource"] == sorted(f"{arn}:{kind}/{name}" for kind, name in ids)


def test_no_role_may_change_anything_itself(roles: dict[str, Json]) -> None:
    reading = r"sts:AssumeRole|(cloudformation|iam|quicksight|s3):(Describe|Get|List|Detect)\w+"
    allowed = [statement["Action"] for role in roles.values() for statement in statements(role)]
    actions = [action for each in allowed for action in (each if isinstance(each, list) else [each])]
    assert actions
    assert [action for action in actions if not re.fullmatch(reading, str(action))] == []


def test_repository_without_ids_has_one_form() -> None:
    assert Repository.parse("socratic-bench/lake") == Repository(("socratic-bench/lake",))


@pytest.mark.parametrize(
    "text", ["", "lake", "a/b:*", "a/b@2", "a@1/b", "a@x/b@2", "a@*/b@*", "a@1/b@2:ref", "a/b/c"]
)
def test_what_is_no_repository_is_refused(text: str) -> None:
    with pytest.raises(RepositoryError, match=r"expected OWNER/NAME, or with both numeric ids OWNER@ID/NAME@ID"):
        Repository.parse(text)


@pytest.mark.parametrize("context", [{}, {"repository": "a@1/b"}])
def test_bad_repository_stops_synthesis_with_one_line(tmp_path: Path, context: Json) -> None:
    done = synthesize(tmp_path / "out", **context)
    line = f"context repository={context.get('repository', '')!r}: expected {EXPECTED}"
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, line)
