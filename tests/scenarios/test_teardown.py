"""A first deployment that failed is repeated, and a stage is taken down, by the runbook's commands."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pytest
from botocore.exceptions import WaiterError

from schemas.names import Names, Part
from schemas.run_index import Attribute
from tests.scenarios.shell import ROOT, follow, run
from tools.local.deploy import bootstrap
from tools.local.emulator import Emulator
from tools.local.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

pytestmark = pytest.mark.scenario

ACCOUNT: Final = "111122223333"
KEY: Final = "raw/dt=2025-11-05/model=gpt-5/phase=P0/01HQVZ3K9X1234567890ABCDEF.jsonl"
ITEM: "Final[Mapping[str, AttributeValueTypeDef]]" = {
    Attribute.RUN_ID: {"S": "run"},
    Attribute.OBJECT_KEY: {"S": KEY},
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Emulator(account_id=ACCOUNT) as endpoint:
        bootstrap(endpoint)
        yield endpoint


def fail_creation(endpoint: Endpoint, stack: str) -> None:
    """Create a stack of the table and of a policy for a role that does not exist, which is rolled back."""
    template = json.loads((ROOT / "templates" / f"{stack}.json").read_text())
    (table,) = (it for it in template["Resources"].values() if it["Type"] == "AWS::DynamoDB::Table")
    mistyped = {
        "PolicyName": "Mistyped",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": []},
        "Roles": ["no"],
    }
    policy = {"Type": "AWS::IAM::Policy", "Properties": mistyped, "DependsOn": ["Runs"]}
    cloudformation = endpoint.client("cloudformation")
    cloudformation.create_stack(
        StackName=stack,
        TemplateBody=json.dumps({"Resources": {"Runs": table, "Policy": policy}}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        EnableTerminationProtection=True,
    )
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})


def keep_table(endpoint: Endpoint) -> None:
    """Make the table that DynamoDB's deletion protection would have kept from the rollback, with an item in it."""
    dynamodb = endpoint.client("dynamodb")
    dynamodb.create_table(
        TableName=Names().runs_table,
        KeySchema=[
            {"AttributeName": Attribute.RUN_ID, "KeyType": "HASH"},
            {"AttributeName": Attribute.OBJECT_KEY, "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": Attribute.RUN_ID, "AttributeType": "S"},
            {"AttributeName": Attribute.OBJECT_KEY, "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    dynamodb.put_item(TableName=Names().runs_table, Item=ITEM)


def make_dashboards(endpoint: Endpoint, stack: str) -> None:
    """Create what the embedded AWS takes of the stack that a deployment opts into."""
    template = json.loads((ROOT / "templates" / f"{stack}.json").read_text())
    roles = {key: it for key, it in template["Resources"].items() if it["Type"] == "AWS::IAM::Role"}
    cloudformation = endpoint.client("cloudformation")
    cloudformation.create_stack(
        StackName=stack,
        TemplateBody=json.dumps({"Resources": roles}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        EnableTerminationProtection=True,
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})


def standing(endpoint: Endpoint) -> list[str]:
    shown = run(endpoint, "ops", "teardown", "--json")
    return [it["stack"] for it in json.loads(shown.stdout)["stacks"]]


def test_failed_first_deployment_is_repeated_and_the_lake_taken_down(endpoint: Endpoint) -> None:
    names, dynamodb = Names(), endpoint.client("dynamodb")
    fail_creation(endpoint, names.stack(Part.INDEX))
    keep_table(endpoint)
    refused = run(endpoint, "ops", "teardown", "--failed", "--delete")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert f"{names.runs_table} holds data" in refused.stderr
    dynamodb.delete_item(TableName=names.runs_table, Key=ITEM)

    shown = run(endpoint, "ops", "teardown", "--failed", "--json")
    assert [it["stack"] for it in json.loads(shown.stdout)["stacks"]] == [names.stack(Part.INDEX)]
    follow(endpoint, "A first deployment failed")

    lake = standing(endpoint)
    make_dashboards(endpoint, names.stack(Part.DASHBOARDS))
    assert standing(endpoint) == [names.stack(Part.DASHBOARDS), *lake]
    follow(endpoint, "No more dashboards")
    assert standing(endpoint) == lake

    s3 = endpoint.client("s3")
    s3.put_object(Bucket=names.bucket(ACCOUNT), Key=KEY, Body=b"{}\n")
    follow(endpoint, "Leave")
    for region in ("us-east-1", "us-west-2"):
        stacks = endpoint.client("cloudformation", region=region).describe_stacks()["Stacks"]
        assert {it["StackName"] for it in stacks if it["StackStatus"] != "DELETE_COMPLETE"} == {"CDKToolkit"}
    buckets = {it["Name"] for it in s3.list_buckets()["Buckets"] if it["Name"].startswith("socratic-bench")}
    assert buckets == {names.bucket(ACCOUNT), names.replica_bucket(ACCOUNT)}
    assert s3.get_object(Bucket=names.bucket(ACCOUNT), Key=KEY)["Body"].read() == b"{}\n"
    assert endpoint.client("dynamodb").list_tables()["TableNames"] == [names.runs_table]
    assert endpoint.client("lambda").list_functions()["Functions"] == []
    roles = {it["RoleName"] for it in endpoint.client("iam").list_roles()["Roles"]}
    assert not [role for role in roles if role.startswith("SocraticBench")]
