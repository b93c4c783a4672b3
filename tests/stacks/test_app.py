"""What holds for all stacks together."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from schemas.names import Function, Names, Output, Part
from tests.stacks.synthesis import REPOSITORY, Json, SynthesizedStack, dig, synthesize

Stacks = dict[str, SynthesizedStack]

# Renaming one of these would leave its data behind under CloudFormation's feet, so they are literals.
STATEFUL = {
    "SocraticBenchReplica": {"LakeBucketB1D32E10", "LakeBucketPolicy93101044"},
    "SocraticBenchIndex": {"RunsE45A2291"},
    "SocraticBenchStorage": {"LakeBucketB1D32E10", "LakeBucketPolicy93101044"},
}
# A queue's or role's policy, a permission and the like have no name of their own.
PHYSICAL_NAMES = (
    "BucketName",
    "TableName",
    "FunctionName",
    "RoleName",
    "QueueName",
    "LogGroupName",
    "TopicName",
    "AlarmName",
    "DashboardName",
)


def all_resources(stacks: Stacks) -> list[Json]:
    return [resource for stack in stacks.values() for resource in stack.every_resource.values()]


def statements(value: object) -> list[Json]:
    """Return every policy statement in a template, wherever it is."""
    if isinstance(value, list):
        return [statement for item in value for statement in statements(item)]
    if isinstance(value, dict):
        own = [value] if "Effect" in value else []
        return own + [statement for item in value.values() for statement in statements(item)]
    return []


def all_texts(value: object) -> list[str]:
    """Return every text in a template, keys included."""
    if isinstance(value, list):
        return [text for item in value for text in all_texts(item)]
    if isinstance(value, dict):
        return [*value, *all_texts([*value.values()])]
    return [value] if isinstance(value, str) else []


def physical_names(stacks: Stacks) -> set[str]:
    found = {
        str(properties[key])
        for resource in all_resources(stacks)
        if resource["Type"] not in ("AWS::Lambda::Permission", "AWS::Lambda::EventInvokeConfig")
        and isinstance(properties := resource.get("Properties", {}), dict)
        for key in PHYSICAL_NAMES
        if key in properties
    }
    nested = {"AWS::Glue::Database": ("DatabaseInput", "Name"), "AWS::Athena::WorkGroup": ("Name",)}
    return found | {
        str(dig(resource, "Properties", *path))
        for resource in all_resources(stacks)
        if (path := nested.get(str(resource["Type"])))
    }


def test_storage_waits_for_what_its_bucket_needs(stacks: Stacks) -> None:
    assert stacks["SocraticBenchStorage"].dependencies == {"SocraticBenchReplica", "SocraticBenchIndex"}
    assert stacks["SocraticBenchCatalog"].dependencies == {"SocraticBenchStorage"}
    assert stacks["SocraticBenchCuration"].dependencies == {"SocraticBenchStorage"}
    assert stacks["SocraticBenchAccess"].dependencies == {"SocraticBenchCatalog", "SocraticBenchCuration"}
    assert not stacks["SocraticBenchReplica"].dependencies
    assert not stacks["SocraticBenchIndex"].dependencies


def test_what_watches_comes_last(stacks: Stacks) -> None:
    for name in ("SocraticBenchObservability", "SocraticBenchReplicaObservability"):
        assert stacks[name].dependencies == {"SocraticBenchCatalog", "SocraticBenchCuration"}


def test_stacks_are_protected_described_and_tagged(stacks: Stacks) -> None:
    for stack in stacks.values():
        assert stack.termination_protection
        assert stack.description
        assert stack.tags == {"project": "socratic-bench"}


def test_no_account_id_is_written_down(stacks: Stacks) -> None:
    # As text: the scan cutoff in bytes is a number of as many digits.
    texts = [text for stack in stacks.values() for text in all_texts(stack.template)]
    assert texts
    assert not [text for text in texts if re.search(r"\b[0-9]{12}\b", text)]


def test_stacks_share_no_exports(stacks: Stacks) -> None:
    text = json.dumps([stack.template for stack in stacks.values()])
    assert "Fn::ImportValue" not in text
    assert "Fn::GetStackOutput" not in text
    assert '"Export"' not in text


def test_there_is_no_custom_resource(stacks: Stacks) -> None:
    types = {str(resource["Type"]) for resource in all_resources(stacks)}
    assert not [name for name in types if name.startswith("Custom::") or "CustomResource" in name]


def test_every_function_is_ours(stacks: Stacks) -> None:
    functions = [resource for resource in all_resources(stacks) if resource["Type"] == "AWS::Lambda::Function"]
    assert {dig(function, "Properties", "FunctionName") for function in functions} == {*Function}
    assert len(functions) == len(Function)


def test_no_wildcard_action_is_allowed(stacks: Stacks) -> None:
    allowed = [s for s in statements([stack.template for stack in stacks.values()]) if s["Effect"] == "Allow"]
    assert allowed
    assert "NotAction" not in {key for statement in allowed for key in statement}
    assert not [statement for statement in allowed if "*" in json.dumps(statement["Action"])]


# What `CurateParts` needs for its log: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
LOG_DELIVERY = (
    *("CreateLogDelivery", "DeleteLogDelivery", "DescribeLogGroups", "DescribeResourcePolicies"),
    *("GetLogDelivery", "ListLogDeliveries", "PutResourcePolicy", "UpdateLogDelivery"),
)


def test_only_what_is_no_resource_of_iam_is_done_on_all_resources(stacks: Stacks) -> None:
    allowed = [s for s in statements([stack.template for stack in stacks.values()]) if s["Effect"] == "Allow"]
    logs = [f"logs:{each}" for each in LOG_DELIVERY]
    listing = ["athena:ListDataCatalogs", "athena:ListWorkGroups"]
    assert [statement["Action"] for statement in allowed if statement.get("Resource") in ("*", ["*"])] == [
        logs,
        listing,
        listing,
        ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics"],
    ]


def test_stateful_resources_are_retained_under_pinned_logical_ids(stacks: Stacks) -> None:
    policies = {
        resource.get("DeletionPolicy") for stack in stacks.values() for resource in stack.every_resource.values()
    }
    assert policies == {None, "Delete", "RetainExceptOnCreate"}
    retained = {
        name: {
            key for key, resource in stack.every_resource.items() if resource.get("UpdateReplacePolicy") == "Retain"
        }
        for name, stack in stacks.items()
    }
    assert {name: found for name, found in retained.items() if found} == STATEFUL


def test_each_part_has_the_outputs_that_operators_look_for(stacks: Stacks) -> None:
    for named in (*Output, *Function):
        key = named.output if isinstance(named, Function) else named
        assert key in cast("Json", stacks[Names().stack(named.part)].template["Outputs"])


def test_every_part_is_a_stack_and_a_stage_suffixes_each_fixed_name(stacks: Stacks) -> None:
    staged = synthesize("dev")
    parts = [part for part in Part if not part.optional]
    assert {*stacks} == {*map(Names().stack, parts)}
    assert {*staged} == {*map(Names("dev").stack, parts)}
    assert all(re.search("[-_]dev(-us-west-2)?$", name) for name in physical_names(staged))
    assert len(physical_names(staged)) == len(physical_names(stacks))


def test_staged_names_meet_across_stacks() -> None:
    staged = synthesize("dev")
    text = json.dumps([stack.template for stack in staged.values()])
    unstaged = (
        r"socratic-bench-\$\{AWS::AccountId\}(?!-dev)|:role/SocraticBench(BreakGlass|Eraser)(?!-dev)|function:\w+(?!-dev|\w)"
        r'|"SocraticBench"|SocraticBench-[A-Za-z]+DeadLetters(?!-dev)'
    )
    assert not re.search(unstaged, text)


def test_two_stages_share_no_physical_name(stacks: Stacks) -> None:
    assert not physical_names(stacks) & physical_names(synthesize("dev"))
    assert not set(stacks) & set(synthesize("dev"))


def run_app(
    tmp_path: Path, more: Mapping[str, str] | None = None, *, repository: Path = REPOSITORY, **context: str
) -> subprocess.CompletedProcess[str]:
    given = {**context, **(more or {})}
    environment = {**os.environ, "CDK_CONTEXT_JSON": json.dumps(given), "CDK_OUTDIR": str(tmp_path / "out")}
    return subprocess.run(
        [sys.executable, "app.py"], cwd=repository, env=environment, capture_output=True, text=True, check=False
    )


def test_bad_context_stops_synthesis_with_one_line(tmp_path: Path) -> None:
    done = run_app(tmp_path, first_week="2025-W60")
    accepted = "an ISO week YYYY-WNN that exists, such as 2025-W45"
    assert done.stderr == f"context first_week='2025-W60': expected {accepted}\n"
    assert done.returncode == 2
    assert not list(tmp_path.glob("out/*.template.json"))
    assert run_app(tmp_path, {"sta\nge": "x"}).stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("file", "old", "line"),
    [
        (
            "models.json",
            "gpt-5",
            (
                "config/models.json: Expected `str` matching regex '^[a-z0-9][a-z0-9.-]{0,63}\\\\Z'"
                " - at `$[3].model_id`\n"
            ),
        ),
        (
            "phases/phases-1.0.json",
            "heavy",
            "config/phases/phases-1.0.json: Invalid enum value 'not,one' - at `$.profiles[3].noise_level`\n",
        ),
    ],
)
def test_a_bad_registry_stops_synthesis_with_one_line(tmp_path: Path, file: str, old: str, line: str) -> None:
    # A repository of its own, since the registry lies beside the packages.
    repository = tmp_path / "repository"
    for folder in ("config", "schemas", "stacks"):
        shutil.copytree(REPOSITORY / folder, repository / folder)
    shutil.copy(REPOSITORY / "app.py", repository)
    text = (repository / "config" / file).read_text()
    (repository / "config" / file).write_text(text.replace(f'"{old}"', '"not,one"', 1))
    done = run_app(tmp_path, repository=repository)
    assert done.stderr == line
    assert done.returncode == 2
    assert not list(tmp_path.glob("out/*.template.json"))


def test_a_chosen_account_is_the_only_one_that_is_deployed_to(stacks: Stacks) -> None:
    chosen = synthesize(account="111122223333")
    assert dig(chosen["SocraticBenchStorage"].only("AWS::S3::Bucket"), "Properties", "BucketName") == (
        "socratic-bench-111122223333"
    )
    assert {name: {*stack.every_resource} for name, stack in stacks.items()} == {
        name: {*stack.every_resource} for name, stack in chosen.items()
    }


def test_permissions_boundary_is_on_every_role_where_a_deployment_has_one(stacks: Stacks) -> None:
    def boundaries(lake: Stacks) -> set[object]:
        roles = (role for stack in lake.values() for role in stack.resources("AWS::IAM::Role").values())
        return {cast("Json", role["Properties"]).get("PermissionsBoundary") for role in roles}

    assert boundaries(stacks) == {None}
    arn = "arn:aws:iam::${AWS::AccountId}:policy/Boundary"
    assert boundaries(synthesize(permissions_boundary="Boundary")) == {arn}
