"""A bucket and a table that were made by hand, as the layout document says, become the lake's with all they hold."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pytest
from botocore.exceptions import ClientError

from schemas.names import Names
from schemas.run_index import Attribute, run_id_of
from tests.e2e.lake.conftest import eventually
from tests.scenarios.shell import ROOT, follow, run
from tools.local.deploy import bootstrap
from tools.local.emulator import Emulator
from tools.local.endpoint import Endpoint
from tools.local.roles import s3_role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.scenario

ACCOUNT: Final = "111122223333"
BUCKET: Final = Names().bucket(ACCOUNT)
TABLE: Final = Names().runs_table
OLD: Final = "raw/dt=2025-11-05/model=gpt-5/phase=P0/01HQVZ3K9X1234567890ABCDEF.jsonl"
NEW: Final = "raw/dt=2025-11-06/model=gpt-5/phase=P0/01HQVZ3K9X1234567890ABCDEG.jsonl"
ITEM: "Final[Mapping[str, AttributeValueTypeDef]]" = {
    Attribute.RUN_ID: {"S": run_id_of(OLD)},
    Attribute.OBJECT_KEY: {"S": OLD},
}
# What somebody's own index said of the object.
DESCRIBED: "Final[Mapping[str, AttributeValueTypeDef]]" = {
    **ITEM,
    Attribute.VERSION_ID: {"S": "of-another-index"},
    Attribute.ETAG: {"S": "of-another-index"},
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Emulator(account_id=ACCOUNT) as endpoint:
        bootstrap(endpoint)
        make_by_hand(endpoint.client("s3"), endpoint.client("dynamodb"))
        yield endpoint


def make_by_hand(s3: "S3Client", dynamodb: "DynamoDBClient") -> None:
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=BUCKET, Key=OLD, Body=b"{}\n")
    template = json.loads((ROOT / "templates" / "SocraticBenchIndex.json").read_text())
    (table,) = (it["Properties"] for it in template["Resources"].values() if it["Type"] == "AWS::DynamoDB::Table")
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=table["KeySchema"],
        AttributeDefinitions=table["AttributeDefinitions"],
        GlobalSecondaryIndexes=table["GlobalSecondaryIndexes"],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    dynamodb.put_item(TableName=TABLE, Item=DESCRIBED)


def test_everything_made_by_hand_is_adopted_as_it_is_and_the_next_deployment_makes_it_the_templates(
    endpoint: Endpoint,
) -> None:
    s3, dynamodb = endpoint.client("s3"), endpoint.client("dynamodb")
    before = s3.list_object_versions(Bucket=BUCKET, Prefix="raw/")["Versions"]

    planned = run(endpoint, "ops", "adopt", ACCOUNT, "--dry-run", "--json")
    assert planned.returncode == 0, planned.stderr
    plan = json.loads(planned.stdout)
    assert (plan["found"], plan["refusals"], plan["imported"]) == ([BUCKET, TABLE], [], False)
    assert {(it["resource"], it["setting"]) for it in plan["differences"]} >= {
        (BUCKET, "lifecycle"),
        (BUCKET, "replication"),
        (BUCKET, "notification"),
        (TABLE, "point-in-time recovery"),
    }

    follow(endpoint, "A bucket or a table exists already")
    assert s3.list_object_versions(Bucket=BUCKET, Prefix="raw/")["Versions"] == before
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    # A repair leaves an object alone that is younger than an event may be under way.
    assert dynamodb.get_item(TableName=TABLE, Key=ITEM)["Item"] == DESCRIBED

    writer = endpoint.client("s3", credentials=s3_role(endpoint, "Writer"))
    with pytest.raises(ClientError, match="AccessDenied"):
        writer.put_object(Bucket=BUCKET, Key="manifests/manifest_20251105_a7f3e9c2.json", Body=b"{}")
    writer.put_object(Bucket=BUCKET, Key=NEW, Body=b"{}\n")
    items = eventually(lambda: dynamodb.scan(TableName=TABLE)["Items"], lambda found: len(found) > 1)
    assert items, "the adopted bucket does not notify IndexRun"

    again = run(endpoint, "ops", "adopt", ACCOUNT, "--dry-run")
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert "stack SocraticBenchStorage exists" in again.stderr
