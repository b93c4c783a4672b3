from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from lake.listing import Bucket
from tests.store import bucket_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> "Iterator[S3Client]":
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("s3", "us-east-1")
        client.create_bucket(Bucket="lake")
        client.put_bucket_versioning(Bucket="lake", VersioningConfiguration={"Status": "Enabled"})
        yield client


@pytest.fixture
def bucket(s3: "S3Client") -> Bucket:
    return bucket_of(s3, "lake")


def put(s3: "S3Client", *keys: str) -> None:
    for key in keys:
        s3.put_object(Bucket="lake", Key=key, Body=b"12")


def test_a_folder_is_listed_in_key_order_without_what_lies_beside_it(bucket: Bucket, s3: "S3Client") -> None:
    put(s3, "raw/b", "raw/a/c", "raw/é+ %", "rawer/a", "scores/a")
    found = [*bucket.objects("raw/")]
    assert [each.key for each in found] == ["raw/a/c", "raw/b", "raw/é+ %"]
    assert [each.size for each in found] == [2, 2, 2]
    assert {each.etag for each in found} == {"c20ad4d76fe97759aa27a0c99bff6710"}
    assert all(each.modified.tzinfo for each in found)


def test_keys_that_obstore_cannot_name_are_listed_once_like_all_others(bucket: Bucket, s3: "S3Client") -> None:
    keys = ["raw/a", "raw/b//c", "raw/d", "raw/e//f", "raw/g"]
    put(s3, *keys)
    assert [each.key for each in bucket.objects("raw/")] == keys
    assert [each.key for each in bucket.objects("raw/", after="raw/a//")] == keys[1:]


def test_a_bucket_that_is_not_there_is_the_error_that_callers_know(s3: "S3Client") -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        list(bucket_of(s3, "elsewhere").objects("raw/"))


def test_the_beginning_of_an_object_is_read(bucket: Bucket, s3: "S3Client") -> None:
    s3.put_object(Bucket="lake", Key="raw/a", Body=b"12345")
    s3.put_object(Bucket="lake", Key="raw/empty", Body=b"")
    s3.put_object(Bucket="lake", Key="raw/cold", Body=b"1", StorageClass="DEEP_ARCHIVE")
    found = {each.key: each for each in bucket.objects("raw/")}
    assert bucket.beginning(found["raw/a"], 9) == b"12345"
    assert bucket.beginning(found["raw/a"], 3) == b"123"
    assert bucket.beginning(found["raw/empty"], 3) == b""
    assert bucket.beginning(found["raw/cold"], 3) is None
    s3.delete_object(Bucket="lake", Key="raw/a")
    assert bucket.beginning(found["raw/a"], 3) is None
