"""Who hears of new objects, in CloudFormation's own words.

`Bucket.add_event_notification` would say it by a custom resource: docs/decisions/0001-native-notification.md.
"""

from dataclasses import dataclass

from aws_cdk import aws_s3 as s3

from stacks.constructs.bucket import LakeBucket


@dataclass(frozen=True, kw_only=True)
class Hearer:
    """A function that is told of new objects; it must exist, and allow the bucket, before the bucket changes."""

    function_arn: str
    prefix: str
    suffix: str


def notify(lake: LakeBucket, *hearers: Hearer) -> None:
    """Send `ObjectCreated` to the functions."""
    lake.resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        lambda_configurations=[
            s3.CfnBucket.LambdaConfigurationProperty(
                event="s3:ObjectCreated:*", function=hearer.function_arn, filter=_filter(hearer)
            )
            for hearer in hearers
        ]
    )


def _filter(hearer: Hearer) -> s3.CfnBucket.NotificationFilterProperty:
    rules = [
        s3.CfnBucket.FilterRuleProperty(name=name, value=value)
        for name, value in (("prefix", hearer.prefix), ("suffix", hearer.suffix))
    ]
    return s3.CfnBucket.NotificationFilterProperty(s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=rules))
