"""Readers of the resource types of SQS and CloudWatch Logs."""

import json

from tools.local.endpoint import Endpoint
from tools.local.readback.registry import Properties, Resource, reader, stated

_NUMBERS = (
    "DelaySeconds",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout",
    "KmsDataKeyReusePeriodSeconds",
)
_TEXTS = (
    "KmsMasterKeyId",
    "SqsManagedSseEnabled",
    "FifoQueue",
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
)
_DOCUMENTS = ("RedrivePolicy", "RedriveAllowPolicy")


@reader("AWS::SQS::Queue")
def queue(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a queue's attributes and tags; its physical id is its URL."""
    client = endpoint.client("sqs", region=resource.region)
    attributes = client.get_queue_attributes(QueueUrl=resource.physical_id, AttributeNames=["All"])["Attributes"]
    found = {str(key): value for key, value in attributes.items()}
    tags = client.list_queue_tags(QueueUrl=resource.physical_id).get("Tags", {})
    return stated(
        QueueName=found["QueueArn"].rpartition(":")[2],
        **{name: found.get(name) for name in (*_NUMBERS, *_TEXTS)},
        **{name: json.loads(found[name]) for name in _DOCUMENTS if found.get(name)},
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )


@reader("AWS::SQS::QueuePolicy")
def queue_policy(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return the policy of the queues that the template attaches it to, and those that really have it."""
    client = endpoint.client("sqs", region=resource.region)
    policies = {}
    for url in resource.texts("Queues"):
        attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {})
        if attributes.get("Policy"):
            policies[url] = json.loads(attributes["Policy"])
    documents = list(policies.values())
    same = documents[0] if documents and all(document == documents[0] for document in documents) else documents
    return stated(Queues=list(policies), PolicyDocument=same)


@reader("AWS::Logs::LogGroup")
def log_group(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a log group's retention, class, key and tags."""
    client, name = endpoint.client("logs", region=resource.region), resource.physical_id
    groups = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    group = next((group for group in groups if group.get("logGroupName") == name), None)
    if group is None:
        return {}
    tags = client.list_tags_log_group(logGroupName=name).get("tags", {})
    return stated(
        LogGroupName=name,
        RetentionInDays=group.get("retentionInDays"),
        LogGroupClass=group.get("logGroupClass"),
        KmsKeyId=group.get("kmsKeyId"),
        DeletionProtectionEnabled=group.get("deletionProtectionEnabled"),
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
