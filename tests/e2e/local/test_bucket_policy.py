from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from ops.local.endpoint import Credentials, Endpoint
from tests.e2e.local.template import ACCOUNT, LAKE, REPLICA

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedMultipartUploadTypeDef

pytestmark = pytest.mark.e2e

CUSTOMER_KEY = "k" * 32


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


DENIED: dict[str, Callable[["S3Client"], object]] = {
    "KMS header": lambda s3: s3.put_object(Bucket=LAKE, Key="exports/a", ServerSideEncryption="aws:kms"),
    "customer key": lambda s3: s3.put_object(
        Bucket=LAKE, Key="exports/a", SSECustomerAlgorithm="AES256", SSECustomerKey=CUSTOMER_KEY
    ),
    "manifest without condition": lambda s3: s3.put_object(Bucket=LAKE, Key="manifests/a"),
    "models without condition": lambda s3: s3.put_object(Bucket=LAKE, Key="config/models.json"),
    "delete of a manifest": lambda s3: s3.delete_object(Bucket=LAKE, Key="manifests/a"),
}


@pytest.mark.parametrize("name", DENIED)
def test_bucket_policy_refuses_a_role(aws: Endpoint, writer: Credentials, name: str) -> None:
    with pytest.raises(ClientError) as error:
        DENIED[name](aws.client("s3", credentials=writer))
    assert code(error) == "AccessDenied"


def test_bucket_policy_refuses_plain_http(aws: Endpoint, writer: Credentials) -> None:
    aws.client("s3", credentials=writer).put_object(Bucket=LAKE, Key="exports/plain")
    with pytest.raises(ClientError) as error:
        aws.client("s3", credentials=writer, tls=False).get_object(Bucket=LAKE, Key="exports/plain")
    assert code(error) == "AccessDenied"


def test_what_the_policy_asks_for_is_allowed(aws: Endpoint, writer: Credentials) -> None:
    s3 = aws.client("s3", credentials=writer)
    s3.put_object(Bucket=LAKE, Key="exports/b", ServerSideEncryption="AES256")
    s3.put_object(Bucket=LAKE, Key="exports/c")
    etag = s3.put_object(Bucket=LAKE, Key="config/models.json", Body=b"1", IfNoneMatch="*")["ETag"]
    s3.put_object(Bucket=LAKE, Key="config/models.json", Body=b"2", IfMatch=etag)
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=LAKE, Key="config/models.json", Body=b"3", IfMatch=etag)
    assert code(error) == "PreconditionFailed"


def test_second_write_of_a_manifest_is_refused(aws: Endpoint, writer: Credentials) -> None:
    s3 = aws.client("s3", credentials=writer)
    s3.put_object(Bucket=LAKE, Key="manifests/once", IfNoneMatch="*")
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=LAKE, Key="manifests/once", IfNoneMatch="*")
    assert code(error) == "PreconditionFailed"


def test_multipart_upload_needs_its_condition_only_when_it_creates_the_object(
    aws: Endpoint, writer: Credentials
) -> None:
    s3 = aws.client("s3", credentials=writer)
    key = "manifests/parts"
    upload = s3.create_multipart_upload(Bucket=LAKE, Key=key)["UploadId"]
    etag = s3.upload_part(Bucket=LAKE, Key=key, UploadId=upload, PartNumber=1, Body=b"part")["ETag"]
    parts: CompletedMultipartUploadTypeDef = {"Parts": [{"ETag": etag, "PartNumber": 1}]}
    with pytest.raises(ClientError) as error:
        s3.complete_multipart_upload(Bucket=LAKE, Key=key, UploadId=upload, MultipartUpload=parts)
    assert code(error) == "AccessDenied"
    s3.complete_multipart_upload(Bucket=LAKE, Key=key, UploadId=upload, MultipartUpload=parts, IfNoneMatch="*")


def test_break_glass_role_alone_deletes_a_manifest(aws: Endpoint, writer: Credentials) -> None:
    aws.client("s3", credentials=writer).put_object(Bucket=LAKE, Key="manifests/glass", IfNoneMatch="*")
    break_glass = aws.assume(f"arn:aws:iam::{ACCOUNT}:role/break-glass")
    deleted = aws.client("s3", credentials=break_glass).delete_object(Bucket=LAKE, Key="manifests/glass")
    assert deleted["DeleteMarker"]


def test_replicated_prefix_arrives_in_the_other_region(aws: Endpoint, writer: Credentials) -> None:
    s3 = aws.client("s3", credentials=writer)
    s3.put_object(Bucket=LAKE, Key="config/replicated", Body=b"x")
    s3.put_object(Bucket=LAKE, Key="exports/alone", Body=b"x")
    replica = aws.client("s3", region="us-west-2")
    assert replica.get_object(Bucket=REPLICA, Key="config/replicated")["ReplicationStatus"] == "REPLICA"
    with pytest.raises(ClientError):
        replica.head_object(Bucket=REPLICA, Key="exports/alone")
