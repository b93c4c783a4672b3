"""Statements that policies of roles are made of; buckets are ARNs, keys may be patterns."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_iam as iam


def write(sid: str, buckets: Sequence[str], keys: Sequence[str]) -> iam.PolicyStatement:
    """Allow to put objects, large ones in parts."""
    return allow(sid, ["s3:PutObject", "s3:AbortMultipartUpload"], objects(buckets, keys))


def read(sid: str, buckets: Sequence[str], keys: Sequence[str], *, versions: bool = False) -> iam.PolicyStatement:
    """Allow to read objects, with `versions` noncurrent ones too."""
    actions = ["s3:GetObject", *(["s3:GetObjectVersion"] if versions else [])]
    return allow(sid, actions, objects(buckets, keys))


def list_keys(
    sid: str,
    buckets: Sequence[str],
    keys: Sequence[str],
    *,
    versions: bool = False,
    tell_absent: bool = False,
) -> iam.PolicyStatement:
    """Allow to list keys that begin so, with `versions` their versions too.

    With `tell_absent` S3 answers 404 for a key that is not there instead of 403: a read of one carries no prefix to
    compare, so that a listing without any is allowed too.
    """
    actions = ["s3:ListBucket", *(["s3:ListBucketVersions"] if versions else [])]
    operator = "StringLikeIfExists" if tell_absent else "StringLike"
    return allow(sid, actions, buckets, conditions={operator: {"s3:prefix": [*keys]}})


def below(*prefixes: str) -> list[str]:
    """Return patterns of all keys below the prefixes."""
    return [f"{prefix}*" for prefix in prefixes]


def objects(buckets: Sequence[str], keys: Sequence[str]) -> list[str]:
    """Return the ARNs of keys, or patterns of keys, in each bucket."""
    return [f"{bucket}/{key}" for bucket in buckets for key in keys]


def allow(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    conditions: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
) -> iam.PolicyStatement:
    """Allow the actions on the resources, where the conditions hold."""
    return iam.PolicyStatement(
        sid=sid, actions=[*actions], resources=[*resources], conditions=dict(conditions) if conditions else None
    )
