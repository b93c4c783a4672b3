"""A Region's topic for alerts, and the alarms that publish to it, each with its entry in the runbook."""

import re
from typing import Final

from aws_cdk import (
    Stack,
    aws_cloudwatch as cloudwatch,
    aws_cloudwatch_actions as actions,
    aws_iam as iam,
    aws_sns as sns,
    aws_sns_subscriptions as subscriptions,
)
from constructs import Construct

RUNBOOK: Final = "docs/runbook.md"


class Missing:
    """What an alarm makes of a time without data, by what such a time means."""

    NOTHING_HAPPENED: Final = cloudwatch.TreatMissingData.NOT_BREACHING
    """The metric is only there when something happens."""
    AS_BEFORE: Final = cloudwatch.TreatMissingData.IGNORE
    """The last value holds until there is another."""
    ALARMING: Final = cloudwatch.TreatMissingData.BREACHING
    """The metric is always there, so that its silence is what is wrong."""


class Alerts(Construct):
    """The topic and its alarms. Both need to be in the Region of the metrics: no alarm looks into another one."""

    def __init__(self, scope: Construct, construct_id: str, *, topic_name: str, email: str | None) -> None:
        """Declare the topic, or take the one of another stack where `email` is None.

        An `email` that is not empty is subscribed, and must confirm.
        """
        super().__init__(scope, construct_id)
        self.alarms: list[cloudwatch.Alarm] = []
        self.topic = self._existing(topic_name) if email is None else self._topic(topic_name)
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def _existing(self, topic_name: str) -> sns.ITopic:
        arn = Stack.of(self).format_arn(service="sns", resource=topic_name)
        return sns.Topic.from_topic_arn(self, "Topic", arn)

    def _topic(self, topic_name: str) -> sns.ITopic:
        # Not encrypted: alarms cannot use the key aws/sns, and one of our own would guard names and numbers alone.
        # https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
        topic = sns.Topic(
            self, "Topic", topic_name=topic_name, display_name="socratic-bench alerts", enforce_ssl=True
        )
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        return topic

    def alarm(
        self,
        title: str,
        *,
        says: str,
        metric: cloudwatch.IMetric,
        above: float,
        missing: cloudwatch.TreatMissingData,
        periods: int = 1,
        out_of: int | None = None,
        of: str = "",
    ) -> None:
        """Alert when the metric is `above` a value in `periods` of the last `out_of` periods (default: in each).

        `title` is the heading of its entry in the runbook. Several alarms may share one: `of` tells them apart.
        `says` is the sentence that the alarm's e-mail shows.
        """
        alarm = cloudwatch.Alarm(
            self,
            "".join(word[:1].upper() + word[1:] for word in f"{title} {of}".split()),
            alarm_description=f"{says} See {RUNBOOK}#{anchor(title)}",
            metric=metric,
            threshold=above,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=out_of or periods,
            datapoints_to_alarm=periods,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        self.alarms.append(alarm)


def anchor(title: str) -> str:
    """Return the fragment that a Markdown heading is reached by, as GitHub makes it."""
    return re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))
