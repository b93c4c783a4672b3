"""Readers of the resource types of SNS and CloudWatch."""

import json

from tools.local.endpoint import Endpoint
from tools.local.readback.registry import Properties, Resource, reader, stated

_ALARM_AS_REPORTED = (
    "AlarmName",
    "AlarmDescription",
    "ActionsEnabled",
    "AlarmActions",
    "OKActions",
    "InsufficientDataActions",
    "MetricName",
    "Namespace",
    "Dimensions",
    "Metrics",
    "Statistic",
    "ExtendedStatistic",
    "Unit",
    "Period",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "ComparisonOperator",
    "TreatMissingData",
)


@reader("AWS::SNS::Topic")
def topic(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a topic's names, key and tags; its physical id is its ARN."""
    client, arn = endpoint.client("sns", region=resource.region), resource.physical_id
    attributes = client.get_topic_attributes(TopicArn=arn)["Attributes"]
    return stated(
        TopicName=arn.rpartition(":")[2],
        DisplayName=attributes.get("DisplayName"),
        KmsMasterKeyId=attributes.get("KmsMasterKeyId"),
        Tags=client.list_tags_for_resource(ResourceArn=arn).get("Tags"),
    )


@reader("AWS::SNS::TopicPolicy")
def topic_policy(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return the policy of the topics that the template attaches it to, and those that really have it."""
    client = endpoint.client("sns", region=resource.region)
    policies = {
        arn: client.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"] for arn in resource.texts("Topics")
    }
    documents = [json.loads(policy) for policy in policies.values()]
    same = documents[0] if documents and all(document == documents[0] for document in documents) else documents
    return stated(Topics=list(policies), PolicyDocument=same)


@reader("AWS::SNS::Subscription")
def subscription(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return who is subscribed to which topic."""
    client = endpoint.client("sns", region=resource.region)
    pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=resource.text("TopicArn"))
    for found in (each for page in pages for each in page["Subscriptions"]):
        if found.get("SubscriptionArn") == resource.physical_id:
            return stated(
                TopicArn=found.get("TopicArn"), Protocol=found.get("Protocol"), Endpoint=found.get("Endpoint")
            )
    return {}


@reader("AWS::CloudWatch::Alarm")
def alarm(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return what an alarm compares with what, and whom it tells."""
    client = endpoint.client("cloudwatch", region=resource.region)
    alarms = client.describe_alarms(AlarmNames=[resource.physical_id])["MetricAlarms"]
    if not alarms:
        return {}
    found: dict[str, object] = {**alarms[0]}
    threshold = alarms[0]["Threshold"]
    # A template's whole numbers have no decimals, the service's all do.
    whole = int(threshold) if threshold.is_integer() else threshold
    return {**stated(**{name: found.get(name) for name in _ALARM_AS_REPORTED}), "Threshold": whole}


@reader("AWS::CloudWatch::Dashboard")
def dashboard(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a dashboard's name and body."""
    client = endpoint.client("cloudwatch", region=resource.region)
    found = client.get_dashboard(DashboardName=resource.physical_id)
    return stated(DashboardName=found["DashboardName"], DashboardBody=found["DashboardBody"])
