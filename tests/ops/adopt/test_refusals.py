"""What cannot be adopted is named in one line each, by what is read alone."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import boto3
import pytest
from botocore.exceptions import ClientError

from ops.adopt.bucket import find_bucket
from ops.adopt.finding import Found
from ops.adopt.table import find_table
from ops.adopt.wanted import BUCKET, TABLE, Wanted
from ops.cli import main
from schemas.names import Names, Part

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

NAME: Final = "socratic-bench-111122223333"
WANTED_BUCKET: Final = Wanted.read(Part.STORAGE, BUCKET, names=Names(), account="111122223333")
WANTED_TABLE: Final = Wanted.read(Part.INDEX, TABLE, names=Names(), account="111122223333")
POLICY: Final = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture
def s3(moto: None) -> "S3Client":
    """A bucket as the layout document says."""
    del moto
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket=NAME)
    client.put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": "Enabled"})
    return client


def found_bucket(s3: "S3Client") -> Found:
    found = find_bucket(s3, NAME, account="111122223333", wanted=WANTED_BUCKET)
    assert found
    return found


def suspend_versioning(s3: "S3Client") -> None:
    s3.put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": "Suspended"})


def encrypt_by_kms(s3: "S3Client") -> None:
    s3.put_object(Bucket=NAME, Key="raw/plain", Body=b"")
    s3.put_object(Bucket=NAME, Key="raw/secret", Body=b"", ServerSideEncryption="aws:kms")


def add_policy(s3: "S3Client") -> None:
    s3.put_bucket_policy(Bucket=NAME, Policy=POLICY)


def test_bucket_made_by_hand_differs_in_settings_and_is_not_refused(s3: "S3Client") -> None:
    found = found_bucket(s3)
    assert found.refusals == []
    settings = {it.setting for it in found.differences}
    assert settings >= {"lifecycle", "replication", "notification", "public access block"}
    assert "versioning" not in settings
    assert found.as_found == {"BucketName": NAME}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (suspend_versioning, "versioning is suspended"),
        (encrypt_by_kms, "encrypted by KMS (1, such as raw/secret)"),
        (add_policy, "has a policy"),
    ],
)
def test_bucket_that_cannot_be_adopted_is_refused(
    s3: "S3Client", change: "Callable[[S3Client], None]", refusal: str
) -> None:
    change(s3)
    (line,) = found_bucket(s3).refusals
    assert refusal in line
    assert "\n" not in line


def test_bucket_of_another_region_is_refused(moto: None) -> None:
    del moto
    client = boto3.client("s3", region_name="eu-west-1")
    client.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert found_bucket(client).refusals == (f"bucket {NAME} is in eu-west-1: expected us-east-1",)


def test_bucket_of_another_account_is_refused(s3: "S3Client", monkeypatch: pytest.MonkeyPatch) -> None:
    def head_bucket(**_: str) -> None:
        raise ClientError(
            {"Error": {"Code": "403"}, "ResponseMetadata": {"HTTPStatusCode": 403}},  # type: ignore[typeddict-item]
            "HeadBucket",
        )

    monkeypatch.setattr(s3, "head_bucket", head_bucket)
    (line,) = found_bucket(s3).refusals
    assert line == f"bucket {NAME} is not of account 111122223333, or denies you: it answers 403"


def create_table(**changes: object) -> "DynamoDBClient":
    """Make a table with the template's keys, but for the changes; None takes a part away."""
    client = boto3.client("dynamodb", region_name="us-east-1")
    names = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
    keys = {name: WANTED_TABLE.properties[name] for name in names}
    request = {"TableName": "runs", **keys, "DeletionProtectionEnabled": True, **changes}
    create: Callable[..., object] = client.create_table
    create(**{name: value for name, value in request.items() if value is not None})
    return client


def test_table_with_the_templates_keys_is_adopted_as_it_is(moto: None) -> None:
    del moto
    found = find_table(create_table(), "runs", wanted=WANTED_TABLE)
    assert found
    assert found.refusals == []
    assert [it.setting for it in found.differences] == ["point-in-time recovery"]
    assert found.as_found["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize(
    ("changes", "refusals"),
    [
        ({"DeletionProtectionEnabled": False}, ["no deletion protection"]),
        (
            {
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "GlobalSecondaryIndexes": None,
            },
            ["KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes"],
        ),
    ],
)
def test_table_that_cannot_be_adopted_is_refused(
    moto: None, changes: Mapping[str, object], refusals: list[str]
) -> None:
    del moto
    found = find_table(create_table(**changes), "runs", wanted=WANTED_TABLE)
    assert found
    assert len(found.refusals) == len(refusals)
    assert all(part in line for part, line in zip(refusals, found.refusals, strict=True))


def test_what_does_not_exist_is_not_found(moto: None) -> None:
    del moto
    s3, dynamodb = (boto3.client("s3", region_name="us-east-1"), boto3.client("dynamodb", region_name="us-east-1"))
    assert find_bucket(s3, NAME, account="111122223333", wanted=WANTED_BUCKET) is None
    assert find_table(dynamodb, "runs", wanted=WANTED_TABLE) is None


@pytest.mark.parametrize("account", ["", "11112222333", "1111222233334", "٠١١١٢٢٢٢٣٣٣٣", "account"])
def test_what_is_no_account_is_refused_in_one_line(account: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["adopt", account])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"{account!r}: expected the 12 digits of an account\n")
