"""What a lake bucket refuses, whoever asks: the statements of its policy, each a deny.

Conditional writes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
"""

from collections.abc import Mapping, Sequence
from typing import Final

from aws_cdk import aws_iam as iam

from schemas.keys.layout import MODELS_KEY, WRITE_ONCE_PREFIXES

_WRITE_ONCE_KEYS: Final = tuple(f"{prefix}*" for prefix in WRITE_ONCE_PREFIXES)

# False for CreateMultipartUpload and UploadPart, which carry no precondition and create no object.
_CREATES_AN_OBJECT: Final = {"s3:ObjectCreationOperation": "true"}


def lake_bucket_statements(*, bucket_arn: str, break_glass_arn: str) -> list[iam.PolicyStatement]:
    """Return the statements of a bucket's policy; only the break-glass role may delete what is written once.

    The role need not exist: it is a condition's value and not a principal, which S3 would look up when the
    policy is put.
    """
    objects = [f"{bucket_arn}/*"]
    return [*_transport(bucket_arn), *_encryption(objects), *_write_once(bucket_arn, break_glass_arn)]


def _transport(bucket_arn: str) -> list[iam.PolicyStatement]:
    return [
        _deny(
            "DenyPlainHttp",
            actions=["s3:*"],  # no request of any kind is welcome in the clear
            resources=[bucket_arn, f"{bucket_arn}/*"],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        )
    ]


def _encryption(objects: Sequence[str]) -> list[iam.PolicyStatement]:
    return [
        _deny(
            "DenyWrongEncryption",
            actions=["s3:PutObject"],
            resources=objects,
            # Without the Null a PUT that leaves encryption to the bucket's default would be denied as well.
            conditions={
                "Null": {"s3:x-amz-server-side-encryption": "false"},
                "StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"},
            },
        ),
        _deny(
            "DenyCustomerKeys",
            actions=["s3:PutObject"],
            resources=objects,
            conditions={"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}},
        ),
    ]


def _write_once(bucket_arn: str, break_glass_arn: str) -> list[iam.PolicyStatement]:
    write_once = [f"{bucket_arn}/{keys}" for keys in _WRITE_ONCE_KEYS]
    models = f"{bucket_arn}/{MODELS_KEY}"
    return [
        _deny(
            "WriteOnce",
            actions=["s3:PutObject"],
            resources=write_once,
            conditions={"Null": {"s3:if-none-match": "true"}, "Bool": _CREATES_AN_OBJECT},
        ),
        _deny(
            "CompareAndSetModels",
            actions=["s3:PutObject"],
            resources=[models],
            # The first upload has nothing to match, so it comes with if-none-match.
            conditions={
                "Null": {"s3:if-match": "true", "s3:if-none-match": "true"},
                "Bool": _CREATES_AN_OBJECT,
            },
        ),
        _deny(
            "KeepForever",  # write-once needs it too: if-none-match succeeds on top of a delete marker
            actions=["s3:DeleteObject", "s3:DeleteObjectVersion"],
            resources=[*write_once, models],
            conditions={"ArnNotEquals": {"aws:PrincipalArn": break_glass_arn}},
        ),
    ]


def _deny(
    sid: str,
    *,
    actions: Sequence[str],
    resources: Sequence[str],
    conditions: Mapping[str, Mapping[str, str]],
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=list(actions),
        resources=list(resources),
        conditions=dict(conditions),
    )
