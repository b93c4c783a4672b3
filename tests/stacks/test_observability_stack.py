"""Alarms: they watch what exists, and reach the topic of their Region."""

import json
import re
from typing import cast

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from app import build
from schemas.registry.artifacts import load_registry
from stacks.config import Config
from stacks.constructs.alerts import anchor
from tests.stacks.synthesis import BUCKET, REPLICA, REPOSITORY, Json, SynthesizedStack, dig, project_context, rows

WEEK_SECONDS = 7 * 24 * 60 * 60
# None of them has a value for each model, phase or run.
DIMENSIONS = {"FunctionName", "QueueName", "SourceBucket", "DestinationBucket", "RuleId", "StateMachineArn"}


def alarms(*stacks: SynthesizedStack) -> list[Json]:
    found = [each for stack in stacks for each in stack.resources("AWS::CloudWatch::Alarm").values()]
    return [cast("Json", alarm["Properties"]) for alarm in found]


def metrics(alarm: Json) -> list[Json]:
    """Return the metrics of an alarm, also those that it computes with."""
    if "Metrics" not in alarm:
        return [alarm]
    return [
        {**cast("Json", dig(part, "MetricStat", "Metric")), "Period": dig(part, "MetricStat", "Period")}
        for part in rows(alarm, "Metrics")
        if "MetricStat" in part
    ]


def dimension(metric: Json, name: str) -> str | None:
    found = [str(each["Value"]) for each in rows({"Dimensions": [], **metric}, "Dimensions") if each["Name"] == name]
    return found[0] if found else None


def watched_values(name: str, *stacks: SynthesizedStack) -> set[str]:
    found = {dimension(metric, name) for alarm in alarms(*stacks) for metric in metrics(alarm)}
    return {value for value in found if value is not None}


def test_every_alarm_is_above_a_threshold_and_goes_to_its_regions_topic_alone(
    observability: SynthesizedStack, replica_observability: SynthesizedStack
) -> None:
    for stack in (observability, replica_observability):
        (topic,) = stack.resources("AWS::SNS::Topic")
        for alarm in alarms(stack):
            assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
            assert alarm["AlarmActions"] == [f"${{{topic}}}"]
            assert "ActionsEnabled" not in alarm


def test_no_alarm_looks_back_further_than_cloudwatch_does(
    observability: SynthesizedStack, replica_observability: SynthesizedStack
) -> None:
    found = alarms(observability, replica_observability)
    spans = [
        int(str(part["Period"])) * int(str(alarm["EvaluationPeriods"])) for alarm in found for part in metrics(alarm)
    ]
    assert len(spans) > len(found)
    assert max(spans) <= WEEK_SECONDS


def test_no_alarm_watches_a_metric_by_model_phase_or_run(
    observability: SynthesizedStack, replica_observability: SynthesizedStack
) -> None:
    used = {
        str(each["Name"])
        for alarm in alarms(observability, replica_observability)
        for metric in metrics(alarm)
        for each in rows({"Dimensions": [], **metric}, "Dimensions")
    }
    assert used == DIMENSIONS


def test_every_function_queue_and_rule_that_is_watched_is_declared(
    stacks: dict[str, SynthesizedStack],
    observability: SynthesizedStack,
    replica_observability: SynthesizedStack,
) -> None:
    def declared(resource_type: str, name: str) -> set[str]:
        found = [each for stack in stacks.values() for each in stack.resources(resource_type).values()]
        return {str(dig(each, "Properties", name)) for each in found}

    assert watched_values("FunctionName", observability) <= declared("AWS::Lambda::Function", "FunctionName")
    assert watched_values("QueueName", observability) == declared("AWS::SQS::Queue", "QueueName")
    bucket = stacks["SocraticBenchStorage"].only("AWS::S3::Bucket")
    rules = {
        str(rule["Id"])
        for rule in rows(bucket, "Properties", "ReplicationConfiguration", "Rules")
        if "Metrics" in cast("Json", rule["Destination"])
    }
    for stack in (observability, replica_observability):
        assert watched_values("RuleId", stack) == rules
        assert watched_values("SourceBucket", stack) == {BUCKET}
        assert watched_values("DestinationBucket", stack) == {REPLICA}


def test_replication_is_watched_where_s3_publishes_it(
    observability: SynthesizedStack, replica_observability: SynthesizedStack
) -> None:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
    def replicating(stack: SynthesizedStack) -> set[str]:
        return {str(alarm["MetricName"]) for alarm in alarms(stack) if alarm.get("Namespace") == "AWS/S3"}

    assert replicating(observability) == {"OperationsFailedReplication"}
    assert replicating(replica_observability) == {"ReplicationLatency"}


def test_alarms_of_this_account_alone_publish_and_nobody_without_tls(
    observability: SynthesizedStack, replica_observability: SynthesizedStack
) -> None:
    for stack in (observability, replica_observability):
        (topic,) = stack.resources("AWS::SNS::Topic")
        statements = rows(stack.only("AWS::SNS::TopicPolicy"), "Properties", "PolicyDocument", "Statement")
        assert [{key: value for key, value in row.items() if key != "Sid"} for row in statements] == [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sns:Publish",
                "Resource": f"${{{topic}}}",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            {
                "Effect": "Allow",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": f"${{{topic}}}",
                "Condition": {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}},
            },
        ]


def test_the_dashboard_shows_every_alarm_of_its_region(observability: SynthesizedStack) -> None:
    dashboard = observability.only("AWS::CloudWatch::Dashboard")["Properties"]
    assert dig(dashboard, "DashboardName") == "SocraticBenchHealth"
    widgets = rows(json.loads(str(dig(dashboard, "DashboardBody"))), "widgets")
    (status,) = (widget for widget in widgets if widget["type"] == "alarm")
    expected = [f"${{{key}.Arn}}" for key in observability.resources("AWS::CloudWatch::Alarm")]
    assert dig(status, "properties", "alarms") == expected
    late = [widget for widget in widgets if "ReplicationLatency" in str(widget)]
    assert [re.findall(r"'region': '(us-west-2)'", str(widget)) for widget in late] == [["us-west-2"]]


def test_the_dashboards_stay_within_the_free_tier(observability: SynthesizedStack) -> None:
    # Three dashboards of up to 50 metrics each: https://aws.amazon.com/cloudwatch/pricing/
    dashboards = observability.resources("AWS::CloudWatch::Dashboard")
    assert len(dashboards) <= 3
    for dashboard in dashboards.values():
        widgets = rows(json.loads(str(dig(dashboard, "Properties", "DashboardBody"))), "widgets")
        shown = [cast("Json", widget["properties"]).get("metrics", []) for widget in widgets]
        assert sum(len(cast("list[object]", metrics)) for metrics in shown) <= 50


def test_each_fault_of_the_decision_has_an_alarm(
    observability: SynthesizedStack, replica_observability: SynthesizedStack
) -> None:
    page = (REPOSITORY / "docs/decisions/0018-one-alarm-a-fault.md").read_text()
    titles = [line.split("|")[3].strip() for line in page.splitlines() if line.startswith("| ")][1:]
    found = alarms(observability, replica_observability)
    named = {str(alarm["AlarmDescription"]).partition("#")[2] for alarm in found}
    assert titles
    assert {anchor(title) for row in titles for title in row.split(", ")} <= named


@pytest.mark.parametrize(("email", "subscribed"), [("", 0), ("on-call@example.com", 1)])
def test_an_address_is_subscribed_in_both_regions_where_there_is_one(email: str, subscribed: int) -> None:
    context = {**project_context(), "alert_email": email, "aws:cdk:bundling-stacks": []}
    lake = build(app=App(context=context), config=Config.from_context(context), registry=load_registry())
    for stack in (lake.observability, lake.replica_observability):
        template = Template.from_stack(stack)
        template.resource_properties_count_is(
            "AWS::SNS::Subscription", {"Protocol": "email", "Endpoint": email}, subscribed
        )
