import copy
from typing import cast

import pytest

from ops.local.endpoint import Endpoint
from ops.local.readback import read_back_stack
from tests.e2e.local.template import LAKE_TEMPLATE, REPLICA_TEMPLATE

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("stack", "region", "template"),
    [("Lake", "us-east-1", LAKE_TEMPLATE), ("Replica", "us-west-2", REPLICA_TEMPLATE)],
)
def test_every_property_of_a_deployed_template_reads_back(
    aws: Endpoint, stack: str, region: str, template: dict[str, object]
) -> None:
    found = read_back_stack(aws, stack=stack, region=region, template=template)
    assert [str(difference) for difference in found] == []


@pytest.mark.parametrize(
    ("resource", "name", "value"),
    [
        ("Lake", "LifecycleConfiguration", {"Rules": []}),
        ("Lake", "AccelerateConfiguration", {"AccelerationStatus": "Enabled"}),
        ("Table", "DeletionProtectionEnabled", False),
        ("Table", "PointInTimeRecoverySpecification", {"PointInTimeRecoveryEnabled": False}),
        ("Function", "ReservedConcurrentExecutions", 4),
        ("Invocations", "MaximumRetryAttempts", 0),
        ("Permission", "SourceAccount", "999999999999"),
        ("DeadLetters", "MessageRetentionPeriod", 60),
        ("Logs", "RetentionInDays", 1),
        ("Writer", "Policies", []),
    ],
)
def test_a_property_that_is_not_as_in_the_template_is_found(
    aws: Endpoint, resource: str, name: str, value: object
) -> None:
    template = copy.deepcopy(LAKE_TEMPLATE)
    resources = cast("dict[str, dict[str, dict[str, object]]]", template["Resources"])
    resources[resource]["Properties"][name] = value
    found = read_back_stack(aws, stack="Lake", region="us-east-1", template=template)
    assert {(difference.resource, difference.property.partition(".")[0]) for difference in found} == {
        (resource, name)
    }


def test_a_resource_that_nobody_can_read_is_found(aws: Endpoint) -> None:
    template = {"Resources": {"Broker": {"Type": "AWS::AmazonMQ::Broker"}}}
    (found,) = read_back_stack(aws, stack="Lake", region="us-east-1", template=template)
    assert (found.resource, found.type) == ("Broker", "AWS::AmazonMQ::Broker")
