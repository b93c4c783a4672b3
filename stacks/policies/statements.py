"""Builds the statements of all policies; buckets are ARNs, keys may be patterns."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_iam as iam

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


def allow(
    sid: str, actions: Sequence[str], resources: Sequence[str], *, conditions: Conditions | None = None
) -> iam.PolicyStatement:
    """Allow the actions on the resources, where the conditions hold."""
    return iam.PolicyStatement(
        sid=sid, actions=[*actions], resources=[*resources], conditions=dict(conditions) if conditions else None
    )


def deny(
    sid: str, actions: Sequence[str], resources: Sequence[str], *, conditions: Conditions
) -> iam.PolicyStatement:
    """Deny everybody the actions on the resources where the conditions hold, in a resource's own policy."""
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=[*actions],
        resources=[*resources],
        conditions=dict(conditions),
    )


def write(sid: str, buckets: Sequence[str], keys: Sequence[str]) -> iam.PolicyStatement:
    """Allow putting objects, large ones in parts."""
    return allow(sid, ["s3:PutObject", "s3:AbortMultipartUpload"], objects(buckets, keys))


def read(sid: str, buckets: Sequence[str], keys: Sequence[str], *, versions: bool = False) -> iam.PolicyStatement:
    """Allow reading objects, with `versions` noncurrent ones too."""
    actions = ["s3:GetObject", *(["s3:GetObjectVersion"] if versions else [])]
    return allow(sid, actions, objects(buckets, keys))


def list_keys(
    sid: str,
    buckets: Sequence[str],
    keys: Sequence[str],
    *,
    actions: Sequence[str] = ("s3:ListBucket",),
    tell_absent: bool = False,
) -> iam.PolicyStatement:
    """Allow listing the keys that match a pattern; `actions` may be listings of versions.

    With `tell_absent` S3 answers 404 instead of 403 for a key that does not exist: a GET or HEAD has no prefix to
    compare, so that a request without one is allowed too.
    """
    operator = "StringLikeIfExists" if tell_absent else "StringLike"
    # A single value is written bare, as CDK writes actions and resources.
    prefixes = [*keys] if len(keys) > 1 else keys[0]
    return allow(sid, actions, buckets, conditions={operator: {"s3:prefix": prefixes}})


def below(*prefixes: str) -> list[str]:
    """Return patterns of all keys below the prefixes."""
    return [f"{prefix}*" for prefix in prefixes]


def objects(buckets: Sequence[str], keys: Sequence[str]) -> list[str]:
    """Return the ARNs of keys, or patterns of keys, in each bucket."""
    return [f"{bucket}/{key}" for bucket in buckets for key in keys]
