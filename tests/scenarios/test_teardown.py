"""A first deployment that failed is repeated, and a stage is taken down, by the runbook's commands."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pytest

from schemas.names import Names, Part
from schemas.run_index import Attribute
from tests.scenarios.shell import follow, run
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


def test_failed_first_deployment_is_repeated_and_the_lake_taken_down(endpoint: Endpoint) -> None:
    names, dynamodb, sqs = Names(), endpoint.client("dynamodb"), endpoint.client("sqs")
    # The stack that declares a queue of this name, and the table before it, cannot be created.
    taken = sqs.create_queue(QueueName=names.dead_letters(Part.INDEX), Attributes={"DelaySeconds": "7"})["QueueUrl"]
    assert run(endpoint, "cdk", "deploy", "--all").returncode != 0
    sqs.delete_queue(QueueUrl=taken)
    assert run(endpoint, "cdk", "deploy", "--all").returncode != 0, "a retry alone is enough, and the entry is not"

    dynamodb.put_item(TableName=names.runs_table, Item=ITEM)
    refused = run(endpoint, "ops", "teardown", "--failed", "--delete")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert f"{names.runs_table} holds data" in refused.stderr
    dynamodb.delete_item(TableName=names.runs_table, Key=ITEM)

    shown = run(endpoint, "ops", "teardown", "--failed", "--json")
    assert [it["stack"] for it in json.loads(shown.stdout)["stacks"]] == [names.stack(Part.INDEX)]
    follow(endpoint, "A first deployment failed")

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
