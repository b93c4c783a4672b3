"""A recovery in us-west-2 deploys onto what is there: it makes no bucket and no role, which needs us-east-1."""

import json
from typing import cast

import pytest

from tests.stacks.synthesis import BUCKET, REPLICA, Json, SynthesizedStack, dig, synthesize

Stacks = dict[str, SynthesizedStack]
STACKS = ["SocraticBenchCatalog", "SocraticBenchIndex", "SocraticBenchReplica"]
# Services whose control plane for every Region is in us-east-1.
GLOBAL = ("AWS::IAM::", "AWS::S3::", "AWS::CloudFront::", "AWS::Route53::", "AWS::Organizations::")


@pytest.fixture(scope="module")
def recovery() -> Stacks:
    return synthesize(recovery="true")


def in_the_replicas_region(template: Json) -> Json:
    """Return a stack's template as it is where only its Region differs, and with it the bucket that it reads."""
    text = json.dumps(template).replace(BUCKET, REPLICA).replace("us-east-1", "us-west-2")
    return cast("Json", json.loads(text))


def test_the_catalog_is_the_same_in_another_region(recovery: Stacks, catalog: SynthesizedStack) -> None:
    assert recovery["SocraticBenchCatalog"].template == in_the_replicas_region(catalog.template)


def test_the_index_is_the_same_with_a_role_that_is_there_and_without_canaries(
    recovery: Stacks, index: SynthesizedStack
) -> None:
    expected = in_the_replicas_region(index.template)
    for part in ("Resources", "Outputs"):
        found = cast("Json", expected[part])
        for key in [key for key in found if key.startswith(("WatchCalibration", "IndexRunRole"))]:
            del found[key]
    resources = cast("dict[str, Json]", expected["Resources"])
    (function,) = [found for found in resources.values() if found["Type"] == "AWS::Lambda::Function"]
    del function["DependsOn"]
    cast("Json", function["Properties"])["Role"] = "arn:aws:iam::${AWS::AccountId}:role/SocraticBenchRecovery"
    assert recovery["SocraticBenchIndex"].template == expected


def test_index_and_catalog_are_deployed_beside_the_replica_and_nothing_else(recovery: Stacks) -> None:
    assert sorted(recovery) == STACKS
    assert {stack.region for stack in recovery.values()} == {"us-west-2"}
    # The bucket can announce objects only to a function that is there.
    assert recovery["SocraticBenchReplica"].dependencies == {"SocraticBenchIndex"}
    assert recovery["SocraticBenchCatalog"].dependencies == {"SocraticBenchReplica"}


@pytest.mark.parametrize("name", ["SocraticBenchCatalog", "SocraticBenchIndex"])
def test_what_is_new_needs_no_control_plane_of_us_east_1(name: str, recovery: Stacks) -> None:
    types = {str(resource["Type"]) for resource in recovery[name].every_resource.values()}
    assert types
    assert not [found for found in types if found.startswith(GLOBAL)]


def test_the_replica_changes_in_its_notification_alone(recovery: Stacks, replica: SynthesizedStack) -> None:
    changed = json.loads(json.dumps(recovery["SocraticBenchReplica"].template))
    (bucket,) = [key for key, it in replica.every_resource.items() if it["Type"] == "AWS::S3::Bucket"]
    properties = cast("Json", dig(changed, "Resources", bucket, "Properties"))
    assert dig(properties.pop("NotificationConfiguration"), "LambdaConfigurations", 0, "Function") == (
        "arn:aws:lambda:us-west-2:${AWS::AccountId}:function:IndexRun"
    )
    assert changed == replica.template


def test_the_role_covers_the_log_groups_name_that_cloudformation_will_generate(recovery: Stacks) -> None:
    resources = recovery["SocraticBenchIndex"].every_resource
    named = {str(it["Type"]): key for key, it in resources.items()}
    assert named["AWS::Logs::LogGroup"].startswith("IndexRun")
    assert "LogGroupName" not in str(resources[named["AWS::Logs::LogGroup"]])


def test_a_stage_recovers_by_its_own_names() -> None:
    text = json.dumps([stack.template for stack in synthesize("dev", recovery="true").values()])
    assert "role/SocraticBenchRecovery-dev" in text
    assert 'role/SocraticBenchRecovery"' not in text
    assert "socratic-bench-${AWS::AccountId}-dev-us-west-2" in text
    assert ":SocraticBench-IndexDeadLetters-dev" in text
