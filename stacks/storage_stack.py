"""SocraticBenchStorage: the bucket, what happens to its objects with time, and who hears of new ones."""

from aws_cdk import ArnFormat, CfnOutput, aws_s3 as s3
from constructs import Construct

from schemas import names
from schemas.layout import CALIBRATION_RESULTS_PREFIX, CALIBRATION_RESULTS_SUFFIX, RAW_PREFIX, RAW_SUFFIX
from stacks.bucket import LakeBucket
from stacks.config import Config
from stacks.lake_stack import LakeStack
from stacks.lifecycle import LIFECYCLE_RULES
from stacks.replication import replication_role, replication_rules


class StorageStack(LakeStack):
    """The lake's bucket. The replica and the functions that hear of objects must exist before it."""

    def __init__(self, scope: Construct, *, config: Config) -> None:
        """Declare the bucket with lifecycle, replication and notification."""
        super().__init__(
            scope,
            part=names.STORAGE,
            region=names.PRIMARY_REGION,
            config=config,
            description="The socratic-bench bucket: policy, lifecycle, replication, notification",
        )
        self.lake = self._bucket()
        self.lake.resource.notification_configuration = self._notification()
        CfnOutput(
            self,
            names.OUTPUT_BUCKET,
            value=self.lake.bucket.bucket_name,
            description="The data lake's bucket",
        )

    def _bucket(self) -> LakeBucket:
        bucket_name = self.names.bucket(self.account)
        replica_name = self.names.replica_bucket(self.account)
        bucket_arn = self.bucket_arn(bucket_name)
        role = replication_role(
            self,
            "ReplicationRole",
            role_name=self.names.replication_role,
            account=self.account,
            source_arn=bucket_arn,
            destination_arn=self.bucket_arn(replica_name),
        )
        return LakeBucket(
            self,
            "Lake",
            bucket_name=bucket_name,
            bucket_arn=bucket_arn,
            break_glass_arn=self.role_arn(self.names.break_glass_role),
            lifecycle_rules=LIFECYCLE_RULES,
            replication_rules=replication_rules(s3.Bucket.from_bucket_name(self, "Replica", replica_name)),
            replication_role=role,
        )

    def _notification(self) -> s3.CfnBucket.NotificationConfigurationProperty:
        """Return who hears of which `ObjectCreated`, in CloudFormation's own words.

        `Bucket.add_event_notification` would do it by a custom resource:
        docs/decisions/0001-native-notification.md.
        """
        return s3.CfnBucket.NotificationConfigurationProperty(
            lambda_configurations=[
                self._announced(self.names.index_run, RAW_PREFIX, RAW_SUFFIX),
                self._announced(self.names.watch_calibration, CALIBRATION_RESULTS_PREFIX, CALIBRATION_RESULTS_SUFFIX),
            ]
        )

    def _announced(self, function: str, prefix: str, suffix: str) -> s3.CfnBucket.LambdaConfigurationProperty:
        rules = [
            s3.CfnBucket.FilterRuleProperty(name=name, value=value)
            for name, value in (("prefix", prefix), ("suffix", suffix))
        ]
        return s3.CfnBucket.LambdaConfigurationProperty(
            event="s3:ObjectCreated:*",
            function=self.format_arn(
                service="lambda",
                resource="function",
                resource_name=function,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            ),
            filter=s3.CfnBucket.NotificationFilterProperty(s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=rules)),
        )
