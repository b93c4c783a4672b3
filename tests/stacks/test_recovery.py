"""A recovery in us-west-2 deploys onto what is there: it makes no bucket and no role, which needs us-east-1."""

import json
from typing import cast

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.stacks.synthesis import REPLICA, Json, SynthesizedStack, dig, synthesize
from tests.stacks.test_snapshots import without_asset_hashes

Stacks = dict[str, SynthesizedStack]
STACKS = ["SocraticBenchCatalog", "SocraticBenchIndex", "SocraticBenchReplica"]
# Services whose control plane for every Region is in us-east-1.
GLOBAL = ("AWS::IAM::", "AWS::S3::", "AWS::CloudFront::", "AWS::Route53::", "AWS::Organizations::")


@pytest.fixture(scope="module")
def recovery() -> Stacks:
    return synthesize(recovery="true")


@pytest.mark.parametrize("name", STACKS)
def test_template(name: str, recovery: Stacks, snapshot: SnapshotAssertion) -> None:
    assert without_asset_hashes(recovery[name].template) == snapshot.use_extension(JSONSnapshotExtension)


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


def test_everything_reads_the_replicas_bucket(recovery: Stacks) -> None:
    text = json.dumps([recovery[name].template for name in ("SocraticBenchCatalog", "SocraticBenchIndex")])
    assert text.count("socratic-bench-${AWS::AccountId}") == text.count(REPLICA) > 0
    assert "us-east-1" not in text


def test_index_run_has_the_role_that_is_there(recovery: Stacks) -> None:
    function = recovery["SocraticBenchIndex"].only("AWS::Lambda::Function")
    assert dig(function, "Properties", "Role") == "arn:aws:iam::${AWS::AccountId}:role/SocraticBenchRecovery"


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
