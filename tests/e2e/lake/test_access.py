"""The matrix: for each role, what it may do succeeds, and everything else that the tables list is denied."""

from collections.abc import Iterator, Mapping

import pytest
from botocore.exceptions import ClientError

from schemas.names import Output
from schemas.roles import Role
from tests.e2e.lake.caller import Caller, Operation
from tests.e2e.lake.conftest import Lake
from tests.e2e.lake.s3_operations import S3_OPERATIONS
from tests.e2e.lake.service_operations import SERVICE_OPERATIONS
from tools.local.endpoint import ROOT, Credentials

pytestmark = pytest.mark.e2e

OPERATIONS = (*S3_OPERATIONS, *SERVICE_OPERATIONS)
DENIED = "AccessDenied"


def named(value: object) -> str:
    return value.name if isinstance(value, Operation) else str(value)


@pytest.fixture(scope="module")
def sessions(lake: Lake) -> Iterator[Mapping[Role, Credentials]]:
    yield {role: lake.endpoint.assume(lake.role_arn(role), mfa=role.needs_second_factor) for role in Role}
    lake.endpoint.client("sqs").purge_queue(QueueUrl=lake.deployment.output(Output.CURATION_DEAD_LETTERS))


def refusal(operation: Operation, caller: Caller) -> str | None:
    """Return the code of what refused the operation, services' words for a denial made one; None if nothing did."""
    try:
        operation.call(caller)
    except ClientError as error:
        return error.response["Error"]["Code"].removesuffix("Exception")
    return None


@pytest.mark.parametrize("role", Role, ids=named)
@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_a_role_may_do_what_the_table_says(
    lake: Lake, sessions: Mapping[Role, Credentials], operation: Operation, role: Role
) -> None:
    expected = None if role in operation.roles else DENIED
    assert refusal(operation, Caller(lake, sessions[role])) == expected


@pytest.mark.parametrize("operation", [found for found in OPERATIONS if not found.roles], ids=named)
def test_what_no_role_may_do_can_be_done(lake: Lake, operation: Operation) -> None:
    """Otherwise something else than a permission might be what refuses it."""
    assert refusal(operation, Caller(lake, ROOT)) is None


def test_the_names_of_operations_differ() -> None:
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize("role", [Role.ERASER, Role.BREAK_GLASS])
def test_what_deletes_for_good_is_not_given_without_a_second_factor(lake: Lake, role: Role) -> None:
    with pytest.raises(ClientError) as refused:
        lake.endpoint.assume(lake.role_arn(role))
    assert refused.value.response["Error"]["Code"] == DENIED
