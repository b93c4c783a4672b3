import copy
from typing import cast

import pytest

from tests.e2e.local.template import GLUE_TABLE, GLUE_VIEW, LAKE_TEMPLATE, MATH_ALARM, REPLICA_TEMPLATE, WORKGROUP
from tools.local.endpoint import Endpoint
from tools.local.readback import read_back_stack

pytestmark = pytest.mark.e2e


def keys_of(table: dict[str, object]) -> list[object]:
    return cast("list[object]", table["PartitionKeys"])


def configured(**changed: object) -> dict[str, object]:
    return {**cast("dict[str, object]", WORKGROUP["WorkGroupConfiguration"]), **changed}


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
        ("Database", "DatabaseInput", {"Name": "lake", "Description": "Another lake."}),
        ("Turns", "TableInput", {**GLUE_TABLE, "Description": "Others."}),
        ("Turns", "TableInput", {**GLUE_TABLE, "PartitionKeys": keys_of(GLUE_TABLE)[::-1]}),
        ("Turns", "TableInput", {**GLUE_TABLE, "Parameters": {"projection.enabled": "true"}}),
        ("Turns", "TableInput", {**GLUE_TABLE, "Retention": 7}),
        ("Runs", "TableInput", {key: GLUE_VIEW[key] for key in GLUE_VIEW if key != "PartitionKeys"}),
        ("Runs", "TableInput", {**GLUE_VIEW, "ViewOriginalText": "/* Presto View: W10= */"}),
        ("Workgroup", "WorkGroupConfiguration", configured(RequesterPaysEnabled=True)),
        ("Workgroup", "RecursiveDeleteOption", True),
        ("Query", "QueryString", "SELECT 1"),
        ("Query", "WorkGroup", "primary"),
        ("Topic", "KmsMasterKeyId", "alias/aws/sns"),
        ("TopicPolicy", "PolicyDocument", {"Statement": []}),
        ("Reader", "Endpoint", "nobody@example.com"),
        ("Errors", "Threshold", 1),
        ("Errors", "TreatMissingData", "ignore"),
        ("Errors", "Dimensions", []),
        ("Errors", "OKActions", ["arn:aws:sns:us-east-1:111122223333:alerts"]),
        ("Share", "Metrics", [{**cast("list[dict[str, object]]", MATH_ALARM["Metrics"])[0], "Expression": "errors"}]),
        ("Share", "DatapointsToAlarm", 3),
        ("Dashboard", "DashboardBody", "{}"),
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
