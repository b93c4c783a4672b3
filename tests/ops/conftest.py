from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from ops.aws import Aws
from schemas.names import PRIMARY_REGION, REPLICA_REGION, Function, Names, Output, Part
from schemas.run_index import DAY_INDEX, VERSION_PROJECTION, Attribute, day_of
from tests.store import bucket_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


@dataclass
class Deployed:
    """Two buckets and a table in moto."""

    bucket: str = "lake"
    replica: str = "lake-replica"
    table: str = "runs"
    index_run: str = "IndexRun"
    curate_week: str = "CurateWeek"
    s3: "S3Client" = field(default_factory=lambda: boto3.client("s3", region_name=PRIMARY_REGION))
    s3_replica: "S3Client" = field(default_factory=lambda: boto3.client("s3", region_name=REPLICA_REGION))
    dynamodb: "DynamoDBClient" = field(default_factory=lambda: boto3.client("dynamodb", region_name=PRIMARY_REGION))

    def create(self) -> None:
        self.s3.create_bucket(Bucket=self.bucket)
        self.s3_replica.create_bucket(
            Bucket=self.replica, CreateBucketConfiguration={"LocationConstraint": REPLICA_REGION}
        )
        self.s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})
        self.s3_replica.put_bucket_versioning(Bucket=self.replica, VersioningConfiguration={"Status": "Enabled"})
        names = [Attribute.RUN_ID, Attribute.OBJECT_KEY, Attribute.DAY]
        self.dynamodb.create_table(
            TableName=self.table,
            KeySchema=[
                {"AttributeName": Attribute.RUN_ID, "KeyType": "HASH"},
                {"AttributeName": Attribute.OBJECT_KEY, "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
            BillingMode="PAY_PER_REQUEST",
            GlobalSecondaryIndexes=[
                {
                    "IndexName": DAY_INDEX,
                    "KeySchema": [
                        {"AttributeName": Attribute.DAY, "KeyType": "HASH"},
                        {"AttributeName": Attribute.OBJECT_KEY, "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": [*VERSION_PROJECTION]},
                }
            ],
        )

    def index(self, run_id: str, key: str, version_id: str, etag: str) -> None:
        self.dynamodb.put_item(
            TableName=self.table,
            Item={
                Attribute.RUN_ID: {"S": run_id},
                Attribute.OBJECT_KEY: {"S": key},
                Attribute.DAY: {"S": day_of(key)},
                Attribute.VERSION_ID: {"S": version_id},
                Attribute.ETAG: {"S": etag},
            },
        )


class CloudFormation:
    """The stacks of one Region; moto's need more than the other services' do."""

    def __init__(self) -> None:
        self.stacks: dict[str, dict[str, str]] = {}
        self.described = 0

    def describe_stacks(self, *, StackName: str) -> dict[str, object]:  # noqa: N803 (boto3's name)
        self.described += 1
        if StackName not in self.stacks:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in self.stacks[StackName].items()]
        # A stack without outputs has no such member.
        return {"Stacks": [{"StackName": StackName, **({"Outputs": outputs} if outputs else {})}]}


Regions = dict[str, CloudFormation]


@pytest.fixture
def regions(monkeypatch: pytest.MonkeyPatch) -> Regions:
    """Give the stacks that `Aws` finds, by Region."""
    found: Regions = defaultdict(CloudFormation)
    monkeypatch.setattr(Aws, "_cloudformation", lambda _, region=PRIMARY_REGION: found[region])
    return found


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setattr(Aws, "bucket", lambda aws, name: bucket_of(aws.s3(), name))
    with mock_aws():
        yield


@pytest.fixture
def deployed(request: pytest.FixtureRequest, regions: Regions) -> Deployed:
    request.getfixturevalue("moto")
    lake = Deployed()
    lake.create()
    regions[PRIMARY_REGION].stacks[Names().stack(Part.STORAGE)] = {Output.BUCKET: lake.bucket}
    regions[PRIMARY_REGION].stacks[Names().stack(Part.INDEX)] = {
        Output.RUNS_TABLE: lake.table,
        Function.INDEX_RUN.output: lake.index_run,
    }
    regions[PRIMARY_REGION].stacks[Names().stack(Part.CURATION)] = {Function.CURATE_WEEK.output: lake.curate_week}
    regions[REPLICA_REGION].stacks[Names().stack(Part.REPLICA)] = {Output.REPLICA_BUCKET: lake.replica}
    return lake
