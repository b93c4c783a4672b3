"""SocraticBenchReplica: what a loss of the primary Region needs beforehand."""

from aws_cdk import CfnOutput
from constructs import Construct

from schemas import names
from stacks.bucket import LakeBucket
from stacks.config import Config
from stacks.lake_stack import LakeStack


class ReplicaStack(LakeStack):
    """The second bucket. It goes before the first, which can only replicate into one that exists."""

    def __init__(self, scope: Construct, *, config: Config) -> None:
        """Declare the replica bucket, with the primary's protections and policy."""
        super().__init__(
            scope,
            part=names.REPLICA,
            region=names.REPLICA_REGION,
            config=config,
            description="Replica of the socratic-bench registry, manifests and calibration",
        )
        bucket_name = self.names.replica_bucket(self.account)
        self.lake = LakeBucket(
            self,
            "Lake",
            bucket_name=bucket_name,
            bucket_arn=self.bucket_arn(bucket_name),
            break_glass_arn=self.role_arn(self.names.break_glass_role),
        )
        CfnOutput(
            self,
            names.OUTPUT_REPLICA_BUCKET,
            value=self.lake.bucket.bucket_name,
            description="Replica of config/, calibration/ and manifests/",
        )
