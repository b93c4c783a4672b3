from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from lambdas.index_run.store import RunObjects, RunsTable
from schemas.run_index import Attribute
from tests.store import bucket_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

BUCKET = "lake"
TABLE = "runs"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.fixture
def s3() -> "S3Client":
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture
def dynamodb() -> "DynamoDBClient":
    client = boto3.client("dynamodb")
    client.create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": Attribute.RUN_ID, "KeyType": "HASH"},
            {"AttributeName": Attribute.OBJECT_KEY, "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": Attribute.RUN_ID, "AttributeType": "S"},
            {"AttributeName": Attribute.OBJECT_KEY, "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


@pytest.fixture
def objects(s3: "S3Client") -> RunObjects:
    return RunObjects(bucket_of(s3, BUCKET))


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> RunsTable:
    return RunsTable(dynamodb, TABLE)
