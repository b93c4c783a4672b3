"""Reads a bucket that was made by hand: whether it can be adopted, and what then changes."""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from ops.adopt.finding import Found
from ops.adopt.settings import differences
from ops.adopt.wanted import Wanted
from ops.aws import CONNECTIONS
from ops.parallel import in_parallel

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SSE_S3: Final = "AES256"


def find_bucket(s3: "S3Client", name: str, *, account: str, wanted: Wanted) -> Found | None:
    """Return the bucket of that name, None where there is none; one that cannot be read is refused for that."""
    found = partial(Found, wanted=wanted, identifier={"BucketName": name}, as_found={"BucketName": name})
    try:
        headers = s3.head_bucket(Bucket=name, ExpectedBucketOwner=account)["ResponseMetadata"]["HTTPHeaders"]
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
            return None
        code = error.response["Error"]["Code"]
        refusal = f"bucket {name} is not of account {account}, or denies you: it answers {code}"
        return found(differences=(), refusals=(refusal,))
    region = headers.get("x-amz-bucket-region", wanted.part.region)
    if region != wanted.part.region:
        return found(differences=(), refusals=(f"bucket {name} is in {region}: expected {wanted.part.region}",))
    return found(differences=[*differences(s3, name, wanted.properties)], refusals=[*_refusals(s3, name)])


def _refusals(s3: "S3Client", name: str) -> Iterator[str]:
    if s3.get_bucket_versioning(Bucket=name).get("Status") == "Suspended":
        yield f"bucket {name}: versioning is suspended: enable it, and write again what came meanwhile"
    if _has_policy(s3, name):
        yield f"bucket {name} has a policy, where CloudFormation cannot create one: keep a copy, and delete it"
    keys = in_parallel(partial(_kms_key, s3, name), _keys(s3, name), workers=CONNECTIONS)
    encrypted = [key for key in keys if key]
    if encrypted:
        shown = f"{len(encrypted)}, such as {encrypted[0]}"
        yield f"bucket {name}: objects are encrypted by KMS ({shown}): copy them with AES256"


def _has_policy(s3: "S3Client", name: str) -> bool:
    try:
        return bool(s3.get_bucket_policy(Bucket=name)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucketPolicy":
            return False
        raise


def _keys(s3: "S3Client", name: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        yield from (found["Key"] for found in page.get("Contents", []))


def _kms_key(s3: "S3Client", name: str, key: str) -> str | None:
    """Return the key of an object that S3's own keys do not encrypt."""
    encryption = s3.head_object(Bucket=name, Key=key).get("ServerSideEncryption", _SSE_S3)
    return None if encryption == _SSE_S3 else key
