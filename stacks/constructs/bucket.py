"""The lake's bucket, alike in both Regions: encrypted, versioned, private, with its policy."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import Duration, RemovalPolicy, aws_iam as iam, aws_s3 as s3
from constructs import Construct

from schemas.retention import UNFINISHED_UPLOADS_DAYS
from stacks.constructs.acknowledge import acknowledge
from stacks.policies.bucket import lake_bucket_statements

_ABORT_UPLOADS: Final = s3.LifecycleRule(
    id="AbortIncompleteUploads", abort_incomplete_multipart_upload_after=Duration.days(UNFINISHED_UPLOADS_DAYS)
)


class LakeBucket(Construct):
    """A versioned, private bucket with a fixed name and the lake's policy.

    Both outlive the stack, but for one whose creation fails: the next attempt needs their names.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket_name: str,
        bucket_arn: str,
        break_glass_arn: str,
        eraser_arn: str,
        lifecycle_rules: Sequence[s3.LifecycleRule] = (),
        replication_rules: Sequence[s3.ReplicationRule] = (),
        replication_role: iam.IRole | None = None,
    ) -> None:
        """Declare the bucket; unfinished uploads are aborted on top of `lifecycle_rules`.

        `bucket_arn` is the ARN that follows from the name, so that a policy reads alike wherever it is.
        """
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=bucket_name,
            versioned=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            lifecycle_rules=[*lifecycle_rules, _ABORT_UPLOADS],
            # S3's default, said aloud: archiving a small object costs more than it saves (ArchiveScores).
            transition_default_minimum_object_size=s3.TransitionDefaultMinimumObjectSize.ALL_STORAGE_CLASSES_128_K,
            replication_rules=list(replication_rules) or None,
            replication_role=replication_role,
        )
        for statement in lake_bucket_statements(
            bucket_arn=bucket_arn, break_glass_arn=break_glass_arn, eraser_arn=eraser_arn
        ):
            self.bucket.add_to_resource_policy(statement)
        if self.bucket.policy:
            self.bucket.policy.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self._acknowledge()

    def _acknowledge(self) -> None:
        acknowledge(
            self.bucket,
            "S1",
            reason="CloudTrail's data events record each access with its principal, where an account wants that; "
            "server access logs would need a third bucket, arrive late and are not complete",
        )
        acknowledge(
            self.bucket,
            "S10",
            reason="DenyPlainHttp requires TLS; the check does not recognise a bucket's ARN that is written out",
        )

    @property
    def resource(self) -> s3.CfnBucket:
        """The bucket as CloudFormation knows it, for what CDK's construct does by a custom resource."""
        resource = self.bucket.node.default_child
        if not isinstance(resource, s3.CfnBucket):
            raise TypeError(f"{self.bucket.node.path}: expected a CfnBucket, not {resource!r}")
        return resource
