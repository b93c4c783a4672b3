"""Alarms as they are deployed: each reaches its Region's topic, with its entry in the runbook."""

import json
import re

import pytest

from schemas.names import Names
from tests.e2e.lake.conftest import Lake, eventually
from tools.local.roles import policy

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_each_alarm_reaches_a_subscriber_and_names_its_entry_in_the_runbook(lake: Lake, region: str) -> None:
    cloudwatch, sns, sqs = (
        lake.endpoint.client("cloudwatch", region=region),
        lake.endpoint.client("sns", region=region),
        lake.endpoint.client("sqs", region=region),
    )
    topic = f"arn:aws:sns:{region}:{lake.endpoint.account_id}:{Names().alerts_topic}"
    subscriber = f"arn:aws:sqs:{region}:{lake.endpoint.account_id}:subscriber"
    sent_by_sns = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": subscriber,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    url = sqs.create_queue(QueueName="subscriber", Attributes={"Policy": policy(sent_by_sns)})["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=subscriber)
    pages = cloudwatch.get_paginator("describe_alarms").paginate()
    alarms = {alarm["AlarmName"]: alarm["AlarmDescription"] for page in pages for alarm in page["MetricAlarms"]}
    assert alarms
    for name in alarms:
        # As AWS lets one test what an alarm does:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
    received: dict[str, str] = {}

    def receive() -> dict[str, str]:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            message_of_alarm = json.loads(json.loads(message["Body"])["Message"])
            received[message_of_alarm["AlarmName"]] = message_of_alarm["AlarmDescription"]
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return received

    eventually(receive, lambda found: len(found) == len(alarms))
    assert received == alarms
    assert all(re.search(r"See docs/runbook\.md#[a-z-]+$", description) for description in received.values())
