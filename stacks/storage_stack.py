"""SocraticBenchStorage: the bucket with its lifecycle, replication and notification."""

from aws_cdk import aws_s3 as s3
from constructs import Construct

from schemas.keys.layout import (
    CALIBRATION_RESULTS_PREFIX,
    CALIBRATION_RESULTS_SUFFIX,
    RAW_PREFIX,
    RAW_SUFFIX,
    SCORES_PREFIX,
    SCORES_SUFFIX,
)
from schemas.names import Function, Output, Part
from schemas.roles import Role
from stacks.config import Config
from stacks.constructs.bucket import LakeBucket
from stacks.constructs.lifecycle import LIFECYCLE_RULES
from stacks.constructs.notification import NotificationTarget, notify
from stacks.constructs.replication import replication_role, replication_rules
from stacks.lake_stack import LakeStack


class StorageStack(LakeStack):
    """The lake's bucket. The replica and `IndexRun` with its permission must exist before it."""

    def __init__(self, scope: Construct, *, config: Config) -> None:
        """Declare the bucket with lifecycle, replication and notification."""
        super().__init__(
            scope,
            part=Part.STORAGE,
            config=config,
            description="The socratic-bench bucket: policy, lifecycle, replication, notification",
        )
        self.lake = self._bucket(config)
        notify(
            self.lake,
            NotificationTarget(
                function_arn=self.function_arn(Function.INDEX_RUN),
                prefix=RAW_PREFIX,
                suffix=RAW_SUFFIX,
            ),
            NotificationTarget(
                function_arn=self.function_arn(Function.INDEX_RUN),
                prefix=SCORES_PREFIX,
                suffix=SCORES_SUFFIX,
            ),
            NotificationTarget(
                function_arn=self.function_arn(Function.WATCH_CALIBRATION),
                prefix=CALIBRATION_RESULTS_PREFIX,
                suffix=CALIBRATION_RESULTS_SUFFIX,
            ),
        )
        self.output(Output.BUCKET, self.lake.bucket.bucket_name, "The data lake's bucket")

    def _bucket(self, config: Config) -> LakeBucket:
        bucket_name = self.names.bucket(self.account)
        replica_name = self.names.replica_bucket(self.account)
        bucket_arn = self.bucket_arn(bucket_name)
        role = replication_role(
            self,
            "ReplicationRole",
            role_name=self.names.replication_role,
            source_arn=bucket_arn,
            destination_arn=self.bucket_arn(replica_name),
            prefixes=config.replicated_prefixes,
        )
        return LakeBucket(
            self,
            "Lake",
            bucket_name=bucket_name,
            bucket_arn=bucket_arn,
            break_glass_arn=self.role_arn(self.names.role(Role.BREAK_GLASS)),
            eraser_arn=self.role_arn(self.names.role(Role.ERASER)),
            lifecycle_rules=LIFECYCLE_RULES,
            replication_rules=replication_rules(
                s3.Bucket.from_bucket_name(self, "Replica", replica_name),
                prefixes=config.replicated_prefixes,
                timed=config.timed_prefixes,
            ),
            replication_role=role,
        )
