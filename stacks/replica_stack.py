"""SocraticBenchReplica: the second bucket, and the role that a recovery finds already made."""

from constructs import Construct

from schemas.keys.layout import RAW_PREFIX, RAW_SUFFIX
from schemas.names import Function, Output, Part
from schemas.roles import Role
from stacks.config import Config
from stacks.constructs.bucket import LakeBucket
from stacks.constructs.lifecycle import LIFECYCLE_RULES
from stacks.constructs.notification import NotificationTarget, notify
from stacks.lake_stack import LakeStack
from stacks.policies.index_run import recovery_role


class ReplicaStack(LakeStack):
    """The second bucket. It goes before the first, which can only replicate into one that exists."""

    def __init__(self, scope: Construct, *, config: Config) -> None:
        """Declare the replica bucket, with the primary's protections and policy, and the role for a recovery.

        In a recovery only the bucket changes: it tells `IndexRun` of new objects.
        """
        super().__init__(
            scope,
            part=Part.REPLICA,
            config=config,
            description="Replica of the socratic-bench registry, manifests and calibration",
        )
        bucket_name = self.names.replica_bucket(self.account)
        self.lake = LakeBucket(
            self,
            "Lake",
            bucket_name=bucket_name,
            bucket_arn=self.bucket_arn(bucket_name),
            break_glass_arn=self.role_arn(self.names.role(Role.BREAK_GLASS)),
            eraser_arn=self.role_arn(self.names.role(Role.ERASER)),
            # raw/ and scores/ are here where a deployment replicates them, or writes runs here in a recovery.
            lifecycle_rules=LIFECYCLE_RULES,
        )
        recovery_role(self, "RecoveryRole", lake_names=self.names, bucket_arn=self.bucket_arn(bucket_name))
        if config.recovery:
            function_arn = self.function_arn(Function.INDEX_RUN)
            notify(self.lake, NotificationTarget(function_arn=function_arn, prefix=RAW_PREFIX, suffix=RAW_SUFFIX))
        self.output(
            Output.REPLICA_BUCKET,
            self.lake.bucket.bucket_name,
            "Replica of config/, calibration/, manifests/ and erasures/",
        )
