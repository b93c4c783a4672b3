"""What the deployed bucket refuses a role whose identity policy allows everything in S3, and what it lets through."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from schemas.roles import Role
from tests.e2e.lake.conftest import Lake
from tests.lambdas.index_run.turns import RAW_KEY, line

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedMultipartUploadTypeDef

pytestmark = pytest.mark.e2e

MANIFEST = "manifests/manifest_20251105_a7f3e9c2.json"
RUBRIC = "config/rubrics/rubric-1.1@sha256_9c4d12e7.json"
MODELS = "config/models.json"


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(ClientError) as error:
        call()
    return error.value.response["Error"]["Code"]


@pytest.fixture
def s3(lake: Lake) -> "S3Client":
    return lake.s3()


def test_a_wrong_encryption_header_is_denied_and_none_is_not(lake: Lake, s3: "S3Client") -> None:
    bucket, key = lake.deployment.bucket, "exports/2025-11-05_a.csv"
    assert refused(lambda: s3.put_object(Bucket=bucket, Key=key, ServerSideEncryption="aws:kms")) == "AccessDenied"
    customer_key = "k" * 32
    assert (
        refused(
            lambda: s3.put_object(Bucket=bucket, Key=key, SSECustomerAlgorithm="AES256", SSECustomerKey=customer_key)
        )
        == "AccessDenied"
    )
    s3.put_object(Bucket=bucket, Key=key)


def test_plain_http_is_denied(lake: Lake) -> None:
    plain = lake.s3(tls=False)
    assert (
        refused(lambda: plain.put_object(Bucket=lake.deployment.bucket, Key="exports/2025-11-05_b.csv"))
        == "AccessDenied"
    )
    assert refused(lambda: plain.list_objects_v2(Bucket=lake.deployment.bucket)) == "AccessDenied"


@pytest.mark.parametrize("key", [MANIFEST, RUBRIC, "calibration/golden_sets/golden_set_v1.jsonl"])
def test_what_is_written_once_is_not_written_again_or_deleted(lake: Lake, s3: "S3Client", key: str) -> None:
    bucket = lake.deployment.bucket
    assert refused(lambda: s3.put_object(Bucket=bucket, Key=key, Body=b"1")) == "AccessDenied"
    version_id = s3.put_object(Bucket=bucket, Key=key, Body=b"1", IfNoneMatch="*")["VersionId"]
    again = refused(lambda: s3.put_object(Bucket=bucket, Key=key, Body=b"2", IfNoneMatch="*"))
    assert again == "PreconditionFailed"
    assert refused(lambda: s3.put_object(Bucket=bucket, Key=key, Body=b"2")) == "AccessDenied"
    assert refused(lambda: s3.delete_object(Bucket=bucket, Key=key)) == "AccessDenied"
    assert refused(lambda: s3.delete_object(Bucket=bucket, Key=key, VersionId=version_id)) == "AccessDenied"
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"1"


def test_break_glass_alone_deletes_what_is_written_once(lake: Lake, s3: "S3Client") -> None:
    key = "manifests/manifest_20251105_00000001.json"
    s3.put_object(Bucket=lake.deployment.bucket, Key=key, IfNoneMatch="*")
    credentials = lake.endpoint.assume(lake.role_arn(Role.BREAK_GLASS), mfa=True)
    break_glass = lake.endpoint.client("s3", credentials=credentials)
    assert break_glass.delete_object(Bucket=lake.deployment.bucket, Key=key)["DeleteMarker"]


@pytest.mark.parametrize("key", [str(RAW_KEY), "scores/x", "curated/week=2025-W01/turns.parquet"])
def test_versions_of_runs_and_curated_weeks_are_deleted_by_the_eraser_alone(
    lake: Lake, s3: "S3Client", key: str
) -> None:
    bucket = lake.deployment.bucket
    version_id = s3.put_object(Bucket=bucket, Key=key, Body=b"1")["VersionId"]
    assert refused(lambda: s3.delete_object(Bucket=bucket, Key=key, VersionId=version_id)) == "AccessDenied"
    s3.delete_object(Bucket=bucket, Key=key)
    credentials = lake.endpoint.assume(lake.role_arn(Role.ERASER), mfa=True)
    eraser = lake.endpoint.client("s3", credentials=credentials)
    eraser.delete_object(Bucket=bucket, Key=key, VersionId=version_id)
    assert "Versions" not in s3.list_object_versions(Bucket=bucket, Prefix=key)


def test_an_upload_in_parts_needs_its_condition_only_where_it_creates_the_object(lake: Lake, s3: "S3Client") -> None:
    bucket, key = lake.deployment.bucket, "manifests/manifest_20251105_00000002.json"
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    etag = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"part")["ETag"]
    parts: CompletedMultipartUploadTypeDef = {"Parts": [{"ETag": etag, "PartNumber": 1}]}
    unconditional = refused(
        lambda: s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload=parts)
    )
    assert unconditional == "AccessDenied"
    s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload=parts, IfNoneMatch="*")


def test_the_model_registry_is_compared_and_set(lake: Lake, s3: "S3Client") -> None:
    bucket = lake.deployment.bucket
    assert refused(lambda: s3.put_object(Bucket=bucket, Key=MODELS, Body=b"1")) == "AccessDenied"
    etag = s3.put_object(Bucket=bucket, Key=MODELS, Body=b"1", IfNoneMatch="*")["ETag"]
    s3.put_object(Bucket=bucket, Key=MODELS, Body=b"2", IfMatch=etag)
    assert refused(lambda: s3.put_object(Bucket=bucket, Key=MODELS, Body=b"3", IfMatch=etag)) == "PreconditionFailed"
    assert refused(lambda: s3.delete_object(Bucket=bucket, Key=MODELS)) == "AccessDenied"


def test_the_replica_refuses_the_same(lake: Lake) -> None:
    replica = lake.endpoint.client("s3", region="us-west-2", credentials=lake.writer)
    assert (
        refused(lambda: replica.put_object(Bucket=lake.deployment.replica_bucket, Key=MANIFEST, Body=b"2"))
        == "AccessDenied"
    )
    assert (
        refused(lambda: replica.delete_object(Bucket=lake.deployment.replica_bucket, Key=MANIFEST)) == "AccessDenied"
    )


def test_the_registry_is_replicated_and_raw_is_not(lake: Lake, s3: "S3Client") -> None:
    key = "config/phases/phases-1.0@sha256_e5f2c9a3.json"
    lake.put(str(RAW_KEY), line())
    s3.put_object(Bucket=lake.deployment.bucket, Key=key, Body=b"x", IfNoneMatch="*")
    replica = lake.endpoint.client("s3", region="us-west-2")
    assert replica.get_object(Bucket=lake.deployment.replica_bucket, Key=key)["Body"].read() == b"x"
    keys = [found["Key"] for found in replica.list_objects_v2(Bucket=lake.deployment.replica_bucket)["Contents"]]
    assert str(RAW_KEY) not in keys
