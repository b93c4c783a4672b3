"""Replication into the second Region, and the role that S3 assumes for it."""

from collections.abc import Collection, Sequence

from aws_cdk import aws_iam as iam, aws_s3 as s3
from constructs import Construct

from stacks.constructs.acknowledge import acknowledge_wildcards, patterns


def replication_rule_id(prefix: str) -> str:
    """Return the id of a prefix's rule, by which its metrics are found."""
    return f"Replicate{prefix.rstrip('/').capitalize()}"


def replication_rules(
    destination: s3.IBucket, *, prefixes: Sequence[str], timed: Collection[str]
) -> list[s3.ReplicationRule]:
    """Return one rule a prefix; the `timed` have time control (99.99 % within 15 minutes) and its metrics."""
    minutes = s3.ReplicationTimeValue.FIFTEEN_MINUTES
    return [
        s3.ReplicationRule(
            id=replication_rule_id(prefix),
            destination=destination,
            filter=s3.Filter(prefix=prefix),
            priority=priority,  # several rules must differ in it, though these never meet in one object
            delete_marker_replication=False,
            replication_time_control=minutes if prefix in timed else None,
            metrics=minutes if prefix in timed else None,
        )
        for priority, prefix in enumerate(prefixes, start=1)
    ]


def replication_role(
    scope: Construct,
    construct_id: str,
    *,
    role_name: str,
    source_arn: str,
    destination_arn: str,
    prefixes: Sequence[str],
) -> iam.Role:
    """Declare the role that S3 assumes, for these prefixes of the lake's two buckets alone.

    The one CDK would make may also replicate deletes and change owners, anywhere in both buckets. The
    permissions are inline, so that the role never exists without them.
    """
    sources = [f"{source_arn}/{prefix}*" for prefix in prefixes]
    destinations = [f"{destination_arn}/{prefix}*" for prefix in prefixes]
    statements = [
        _allow("s3:GetReplicationConfiguration", "s3:ListBucket", resources=[source_arn]),
        _allow(
            "s3:GetObjectVersionForReplication",
            "s3:GetObjectVersionAcl",
            "s3:GetObjectVersionTagging",
            resources=sources,
        ),
        _allow("s3:ReplicateObject", "s3:ReplicateTags", resources=destinations),
    ]
    role = iam.Role(
        scope,
        construct_id,
        role_name=role_name,
        description="S3 replicates the registry, manifests and calibration into the replica Region",
        # Nothing documents that S3 sends aws:SourceAccount here, and without it a condition would stop every copy.
        assumed_by=iam.ServicePrincipal("s3.amazonaws.com"),
        inline_policies={"Replicate": iam.PolicyDocument(statements=statements)},
    )
    acknowledge_wildcards(role, patterns(statements), reason="All objects below a replicated prefix, and no others")
    return role


def _allow(*actions: str, resources: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=resources)
