"""`ops teardown`: it lists unless asked to delete, loses no data, and can be repeated where it failed."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError

from ops.cli import main
from schemas.names import PRIMARY_REGION, REPLICA_REGION, Names, Part
from tests.ops.conftest import CloudFormation, Regions

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

# moto's account
ACCOUNT: Final = "123456789012"
NAMES: Final = Names()
BUCKET, REPLICA, RUNS = NAMES.bucket(ACCOUNT), NAMES.replica_bucket(ACCOUNT), NAMES.runs_table


class Deleting(CloudFormation):
    """Stacks with a status, each protected until that is turned off; `fails` names one that cannot be deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: dict[str, str] = {}
        self.protected: set[str] = set()
        self.fails = ""

    def add(self, part: Part, status: str) -> None:
        self.stacks[NAMES.stack(part)], self.statuses[NAMES.stack(part)] = {}, status
        self.protected.add(NAMES.stack(part))

    def describe_stacks(self, *, StackName: str) -> dict[str, object]:  # noqa: N803
        super().describe_stacks(StackName=StackName)
        return {"Stacks": [{"StackName": StackName, "StackStatus": self.statuses[StackName]}]}

    def update_termination_protection(self, *, StackName: str, EnableTerminationProtection: bool) -> None:  # noqa: N803
        assert not EnableTerminationProtection
        self.protected.discard(StackName)

    def delete_stack(self, *, StackName: str) -> None:  # noqa: N803
        if StackName in self.protected:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "protected"}}, "DeleteStack")
        if StackName != self.fails:
            del self.stacks[StackName]

    def get_waiter(self, _: str) -> "Deleting":
        return self

    def wait(self, *, StackName: str) -> None:  # noqa: N803
        if StackName in self.stacks:
            response = cast("Any", {"Stacks": [{"StackStatusReason": "role in use"}]})
            raise WaiterError("stack_delete_complete", "terminal failure", response)


@dataclass
class Lake:
    """Buckets and table as a deployment made them, and the stacks of both Regions."""

    primary: Deleting = field(default_factory=Deleting)
    replica: Deleting = field(default_factory=Deleting)
    s3: "S3Client" = field(default_factory=lambda: boto3.client("s3", region_name=PRIMARY_REGION))
    dynamodb: "DynamoDBClient" = field(default_factory=lambda: boto3.client("dynamodb", region_name=PRIMARY_REGION))

    def add(self, status: str, *parts: Part) -> None:
        for part in parts:
            (self.replica if part.region == REPLICA_REGION else self.primary).add(part, status)

    @property
    def stacks(self) -> set[str]:
        return {*self.primary.stacks, *self.replica.stacks}

    @property
    def holdings(self) -> set[str]:
        buckets = {it["Name"] for it in self.s3.list_buckets()["Buckets"]}
        return {*buckets, *self.dynamodb.list_tables()["TableNames"]}


@pytest.fixture
def lake(moto: None, regions: Regions) -> Lake:
    del moto
    lake = Lake()
    regions[PRIMARY_REGION], regions[REPLICA_REGION] = lake.primary, lake.replica
    lake.s3.create_bucket(Bucket=BUCKET)
    lake.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    boto3.client("s3", region_name=REPLICA_REGION).create_bucket(
        Bucket=REPLICA, CreateBucketConfiguration={"LocationConstraint": REPLICA_REGION}
    )
    lake.dynamodb.create_table(
        TableName=RUNS,
        KeySchema=[{"AttributeName": "run_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "run_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    return lake


def put_object(lake: Lake) -> None:
    lake.s3.put_object(Bucket=BUCKET, Key="raw/x", Body=b"")


def put_and_delete(lake: Lake) -> None:
    """Leave a noncurrent version and a delete marker."""
    put_object(lake)
    lake.s3.delete_object(Bucket=BUCKET, Key="raw/x")


def leave_a_marker(lake: Lake) -> None:
    version = lake.s3.put_object(Bucket=BUCKET, Key="raw/x", Body=b"")["VersionId"]
    lake.s3.delete_object(Bucket=BUCKET, Key="raw/x")
    lake.s3.delete_object(Bucket=BUCKET, Key="raw/x", VersionId=version)


def put_item(lake: Lake) -> None:
    lake.dynamodb.put_item(TableName=RUNS, Item={"run_id": {"S": "x"}})


@pytest.mark.parametrize("argument", ["--force", "SocraticBenchIndex", "--delete=yes"])
def test_what_is_no_argument_is_refused_in_one_line(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["teardown", argument])
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert argument.partition("=")[0] in line


@pytest.mark.parametrize("arguments", [[], ["--failed"]])
def test_nothing_is_deleted_unless_asked(
    lake: Lake, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    lake.add("ROLLBACK_COMPLETE", *Part)
    assert main(["teardown", "--json", *arguments]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["deleted"] is False
    assert [it["stack"] for it in shown["stacks"]] == [NAMES.stack(part) for part in reversed(Part)]
    assert {it["retains"] for it in shown["stacks"]} == {BUCKET, REPLICA, RUNS, None}
    assert (len(lake.stacks), lake.holdings) == (len(Part), {BUCKET, REPLICA, RUNS})


def test_stacks_go_and_what_they_retain_stays(lake: Lake) -> None:
    lake.add("UPDATE_COMPLETE", *Part)
    put_object(lake)
    assert main(["teardown", "--delete"]) == 0
    assert (lake.stacks, lake.holdings) == (set(), {BUCKET, REPLICA, RUNS})
    assert lake.s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


def test_where_nothing_is_deployed_nothing_is_listed(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    del lake
    assert main(["teardown", "--delete", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stacks"] == []


@pytest.mark.parametrize("status", ["CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"])
def test_failed_creation_goes_with_the_empty_bucket_and_table_that_it_left(lake: Lake, status: str) -> None:
    lake.add(status, Part.INDEX, Part.STORAGE)
    lake.add("CREATE_COMPLETE", Part.REPLICA)
    assert main(["teardown", "--failed", "--delete"]) == 0
    assert (lake.stacks, lake.holdings) == ({NAMES.stack(Part.REPLICA)}, {REPLICA})


@pytest.mark.parametrize(
    ("fill", "holder"),
    [(put_object, BUCKET), (put_and_delete, BUCKET), (leave_a_marker, BUCKET), (put_item, RUNS)],
)
@pytest.mark.parametrize("delete", [[], ["--delete"]], ids=["listed", "deleted"])
def test_a_failed_creation_that_holds_data_is_refused_before_anything_is_deleted(
    lake: Lake,
    fill: "Callable[[Lake], None]",
    holder: str,
    delete: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    lake.add("ROLLBACK_COMPLETE", *Part)
    fill(lake)
    assert main(["teardown", "--failed", *delete]) == 2
    assert capsys.readouterr().err == f"ops teardown: {holder} holds data: adopt it instead, see docs/runbook.md\n"
    assert (len(lake.stacks), lake.holdings) == (len(Part), {BUCKET, REPLICA, RUNS})
    assert len(lake.primary.protected | lake.replica.protected) == len(Part)


def test_a_stack_that_cannot_be_deleted_is_named_and_the_rest_follows_another_time(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    lake.add("UPDATE_COMPLETE", *Part)
    lake.primary.fails = NAMES.stack(Part.CURATION)
    assert main(["teardown", "--delete"]) == 2
    assert capsys.readouterr().err == f"ops teardown: stack {lake.primary.fails} is not deleted: role in use\n"
    before = [*Part][: [*Part].index(Part.CURATION) + 1]
    assert lake.stacks == {NAMES.stack(part) for part in before}
    lake.primary.fails = ""
    assert main(["teardown", "--delete"]) == 0
    assert (lake.stacks, lake.holdings) == (set(), {BUCKET, REPLICA, RUNS})
