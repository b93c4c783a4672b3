"""`ops adopt`: what it refuses it names in a line each and leaves alone, and what failed can be repeated."""

from typing import TYPE_CHECKING, Final

import boto3
import pytest
from botocore.exceptions import WaiterError

from ops.adopt.wanted import TABLE, Wanted
from ops.cli import main
from schemas.names import PRIMARY_REGION, Names, Part
from tests.ops.conftest import CloudFormation, Regions

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

# moto's account
ACCOUNT: Final = "123456789012"
BUCKET: Final = Names().bucket(ACCOUNT)
RUNS: Final = Names().runs_table
STORAGE, INDEX = Names().stack(Part.STORAGE), Names().stack(Part.INDEX)


class Importing(CloudFormation):
    """Stacks that import what they are given, but for those of `fails`, at the waiter that stands there."""

    def __init__(self) -> None:
        super().__init__()
        self.fails: dict[str, str] = {}

    def create_change_set(self, *, StackName: str, **_: object) -> None:  # noqa: N803
        self.stacks[StackName] = {}

    def execute_change_set(self, **_: object) -> None: ...

    def delete_stack(self, *, StackName: str) -> None:  # noqa: N803
        del self.stacks[StackName]

    def get_waiter(self, name: str) -> "Waiter":
        return Waiter(name, self.fails)


class Waiter:
    def __init__(self, name: str, fails: dict[str, str]) -> None:
        self._name, self._fails = name, fails

    def wait(self, *, StackName: str, **_: object) -> None:  # noqa: N803
        if self._fails.get(StackName) == self._name:
            raise WaiterError(self._name, "terminal failure", {"StatusReason": "no such bucket"})


@pytest.fixture
def cloudformation(regions: Regions) -> Importing:
    regions[PRIMARY_REGION] = importing = Importing()
    return importing


@pytest.fixture
def s3(moto: None, cloudformation: Importing) -> "S3Client":
    """A bucket and a table as the layout document says."""
    del moto, cloudformation
    client = boto3.client("s3", region_name=PRIMARY_REGION)
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    table = Wanted.read(Part.INDEX, TABLE, names=Names(), account=ACCOUNT).properties
    keys = {name: table[name] for name in ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes")}
    create: Callable[..., object] = boto3.client("dynamodb", region_name=PRIMARY_REGION).create_table
    create(TableName=RUNS, **keys, BillingMode="PAY_PER_REQUEST", DeletionProtectionEnabled=True)
    return client


def suspend(s3: "S3Client") -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})


def encrypt(s3: "S3Client") -> None:
    s3.put_object(Bucket=BUCKET, Key="raw/secret", Body=b"", ServerSideEncryption="aws:kms")


def unprotect(_: "S3Client") -> None:
    boto3.client("dynamodb", region_name=PRIMARY_REGION).update_table(TableName=RUNS, DeletionProtectionEnabled=False)


def rekey(_: "S3Client") -> None:
    dynamodb = boto3.client("dynamodb", region_name=PRIMARY_REGION)
    dynamodb.update_table(TableName=RUNS, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=RUNS)
    dynamodb.create_table(
        TableName=RUNS,
        KeySchema=[{"AttributeName": "run_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "run_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )


def move(s3: "S3Client") -> None:
    s3.delete_bucket(Bucket=BUCKET)
    boto3.client("s3", region_name="eu-west-1").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (suspend, ["versioning is suspended"]),
        (encrypt, ["encrypted by KMS (1, such as raw/secret)"]),
        (move, [f"bucket {BUCKET} is in eu-west-1: expected {PRIMARY_REGION}"]),
        (unprotect, ["no deletion protection"]),
        (rekey, ["KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes"]),
    ],
)
def test_what_is_refused_is_a_line_each_and_nothing_is_imported(
    s3: "S3Client",
    cloudformation: Importing,
    change: "Callable[[S3Client], None]",
    refused: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    change(s3)
    assert main(["adopt", ACCOUNT]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(refused)
    assert all(line.startswith("refused: ") and part in line for line, part in zip(lines, refused, strict=True))
    assert cloudformation.stacks == {}


def test_credentials_of_another_account_are_one_line(s3: "S3Client", capsys: pytest.CaptureFixture[str]) -> None:
    del s3
    assert main(["adopt", "999988887777"]) == 2
    expected = f"ops adopt: the credentials are of account {ACCOUNT}, not of 999988887777\n"
    assert capsys.readouterr().err == expected


def test_nothing_to_adopt_is_one_line(
    moto: None, cloudformation: Importing, capsys: pytest.CaptureFixture[str]
) -> None:
    del moto, cloudformation
    assert main(["adopt", ACCOUNT]) == 2
    assert capsys.readouterr().err == f"ops adopt: nothing to adopt: neither {BUCKET} nor {RUNS} exists\n"


def test_dry_run_imports_nothing(s3: "S3Client", cloudformation: Importing) -> None:
    del s3
    assert main(["adopt", ACCOUNT, "--dry-run"]) == 0
    assert cloudformation.stacks == {}


def test_an_import_that_failed_leaves_no_stack_and_is_repeated_for_what_is_missing(
    s3: "S3Client", cloudformation: Importing, capsys: pytest.CaptureFixture[str]
) -> None:
    del s3
    cloudformation.fails = {INDEX: "change_set_create_complete"}
    assert main(["adopt", ACCOUNT]) == 2
    assert capsys.readouterr().err == f"ops adopt: stack {INDEX}: the import failed: no such bucket\n"
    assert [*cloudformation.stacks] == [STORAGE]
    cloudformation.fails = {}
    assert main(["adopt", ACCOUNT]) == 0
    assert BUCKET not in capsys.readouterr().out
    assert {*cloudformation.stacks} == {STORAGE, INDEX}
    assert main(["adopt", ACCOUNT]) == 2
    assert f"stack {STORAGE} exists, as {INDEX} does" in capsys.readouterr().err


def test_an_import_that_was_begun_stays_where_it_is(
    s3: "S3Client", cloudformation: Importing, capsys: pytest.CaptureFixture[str]
) -> None:
    del s3
    cloudformation.fails = {STORAGE: "stack_import_complete"}
    assert main(["adopt", ACCOUNT]) == 2
    assert f"stack {STORAGE}: the import failed" in capsys.readouterr().err
    assert [*cloudformation.stacks] == [STORAGE]
