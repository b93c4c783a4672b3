import json
from collections.abc import Iterator

import pytest

from tests.e2e.local.template import ACCOUNT, LAKE_TEMPLATE, REPLICA_TEMPLATE
from tools.local.emulator import Emulator
from tools.local.endpoint import Credentials, Endpoint


@pytest.fixture(scope="session")
def aws() -> Iterator[Endpoint]:
    """An emulator with both hand-made stacks in it."""
    with Emulator(account_id=ACCOUNT) as endpoint:
        for stack, region, template in (
            ("Replica", "us-west-2", REPLICA_TEMPLATE),
            ("Lake", "us-east-1", LAKE_TEMPLATE),
        ):
            client = endpoint.client("cloudformation", region=region)
            body = json.dumps(template)
            client.create_stack(StackName=stack, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
            client.get_waiter("stack_create_complete").wait(
                StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
            )
        yield endpoint


@pytest.fixture(scope="session")
def writer(aws: Endpoint) -> Credentials:
    """A role that identity policies let do anything in S3, so that only the bucket policy refuses it."""
    return aws.assume(f"arn:aws:iam::{ACCOUNT}:role/writer")
