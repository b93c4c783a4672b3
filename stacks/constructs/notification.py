"""Native S3 notifications: the functions that a bucket invokes for new objects.

`Bucket.add_event_notification` would add a custom resource: docs/decisions/0001-native-notification.md.
"""

from dataclasses import dataclass

from aws_cdk import aws_s3 as s3

from stacks.constructs.bucket import LakeBucket


@dataclass(frozen=True, kw_only=True)
class NotificationTarget:
    """A function and the keys it is invoked for.

    The function, and its permission for the bucket to invoke it, must exist before the bucket names it.
    """

    function_arn: str
    prefix: str
    suffix: str


def notify(lake: LakeBucket, *targets: NotificationTarget) -> None:
    """Have the bucket invoke each target with `ObjectCreated` events."""
    lake.resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        lambda_configurations=[
            s3.CfnBucket.LambdaConfigurationProperty(
                event="s3:ObjectCreated:*", function=target.function_arn, filter=_filter(target)
            )
            for target in targets
        ]
    )


def _filter(target: NotificationTarget) -> s3.CfnBucket.NotificationFilterProperty:
    rules = [
        s3.CfnBucket.FilterRuleProperty(name=name, value=value)
        for name, value in (("prefix", target.prefix), ("suffix", target.suffix))
    ]
    return s3.CfnBucket.NotificationFilterProperty(s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=rules))
