"""The policy of a lake bucket: denials, which hold for every role.

Conditional writes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
"""

from collections.abc import Sequence
from typing import Final

from aws_cdk import aws_iam as iam

from schemas.keys.layout import CURATED_PREFIX, MODELS_KEY, RUN_PREFIXES, WRITE_ONCE_PREFIXES
from stacks.policies.statements import below, deny, objects

# False for CreateMultipartUpload and UploadPart, which carry no precondition and create no object.
_CREATES_AN_OBJECT: Final = {"s3:ObjectCreationOperation": "true"}


def lake_bucket_statements(*, bucket_arn: str, break_glass_arn: str, eraser_arn: str) -> list[iam.PolicyStatement]:
    """Return the statements of a bucket's policy; only the break-glass role may delete what is written once.

    Only the eraser may delete versions of runs and of what is made of them. The roles need not exist: they are
    conditions' values and not principals, which S3 would look up when the policy is put.
    """
    return [
        *_transport(bucket_arn),
        *_encryption([f"{bucket_arn}/*"]),
        *_write_once(bucket_arn, break_glass_arn),
        deny(
            "KeepVersions",  # whatever else goes wrong, `undelete` finds them until the lifecycle removes them
            ["s3:DeleteObjectVersion"],
            objects([bucket_arn], below(*RUN_PREFIXES, CURATED_PREFIX)),
            conditions={"ArnNotEquals": {"aws:PrincipalArn": eraser_arn}},
        ),
    ]


def _transport(bucket_arn: str) -> list[iam.PolicyStatement]:
    return [
        deny(
            "DenyPlainHttp",
            ["s3:*"],  # no request of any kind is welcome in the clear
            [bucket_arn, f"{bucket_arn}/*"],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        )
    ]


def _encryption(every_object: Sequence[str]) -> list[iam.PolicyStatement]:
    return [
        deny(
            "DenyWrongEncryption",
            ["s3:PutObject"],
            every_object,
            # Without the Null a PUT that leaves encryption to the bucket's default would be denied as well.
            conditions={
                "Null": {"s3:x-amz-server-side-encryption": "false"},
                "StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"},
            },
        ),
        deny(
            "DenyCustomerKeys",  # the default of buckets made since April 2026; an adopted one may be older
            ["s3:PutObject"],
            every_object,
            conditions={"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}},
        ),
    ]


def _write_once(bucket_arn: str, break_glass_arn: str) -> list[iam.PolicyStatement]:
    write_once = objects([bucket_arn], below(*WRITE_ONCE_PREFIXES))
    models = f"{bucket_arn}/{MODELS_KEY}"
    return [
        deny(
            "WriteOnce",
            ["s3:PutObject"],
            write_once,
            conditions={"Null": {"s3:if-none-match": "true"}, "Bool": _CREATES_AN_OBJECT},
        ),
        deny(
            "CompareAndSetModels",
            ["s3:PutObject"],
            [models],
            # The first upload has nothing to match, so it comes with if-none-match.
            conditions={
                "Null": {"s3:if-match": "true", "s3:if-none-match": "true"},
                "Bool": _CREATES_AN_OBJECT,
            },
        ),
        deny(
            "KeepForever",  # write-once needs it too: if-none-match succeeds on top of a delete marker
            ["s3:DeleteObject", "s3:DeleteObjectVersion"],
            [*write_once, models],
            conditions={"ArnNotEquals": {"aws:PrincipalArn": break_glass_arn}},
        ),
    ]
