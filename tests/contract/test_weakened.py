"""The policies' tests can fail: where a statement is weaker or stricter, the promise about it is broken."""

import json
from collections.abc import Callable, Iterator
from typing import cast

import pytest

from schemas.names import Names, Part
from schemas.roles import Role
from tests.contract.access import ACCOUNT, Access
from tests.contract.matrix import OPERATIONS, Recorder
from tests.contract.promises import PROMISES
from tests.stacks.synthesis import synthesize
from tools.contract.engine import Verdict, evaluate
from tools.templates.accepted import accepted_text
from tools.templates.model import parse_lake

pytestmark = pytest.mark.contract

Statement = dict[str, object]
Change = Callable[[list[Statement]], None]


def statements(value: object) -> Iterator[list[Statement]]:
    """Yield every list of statements in a template."""
    if isinstance(value, dict):
        if isinstance(value.get("Statement"), list):
            yield value["Statement"]
        value = [*value.values()]
    for part in value if isinstance(value, list) else []:
        yield from statements(part)


def without(sid: str, key: str = "") -> Change:
    """Leave a statement out, or one key of its conditions, whatever the operator."""

    def change(found: list[Statement]) -> None:
        if not key:
            found[:] = [statement for statement in found if statement.get("Sid") != sid]
        for statement in found:
            if statement.get("Sid") == sid:
                conditions = cast("dict[str, dict[str, object]]", statement["Condition"])
                statement["Condition"] = {
                    operator: kept
                    for operator, keys in conditions.items()
                    if (kept := {name: value for name, value in keys.items() if name != key})
                }

    return change


def everywhere(sid: str) -> Change:
    """Let a statement be about every resource."""

    def change(found: list[Statement]) -> None:
        for statement in found:
            if statement.get("Sid") == sid:
                statement["Resource"] = "*"

    return change


def trusting(principal: str, condition: object) -> Change:
    """Give every statement that lets somebody assume a role another condition."""

    def change(found: list[Statement]) -> None:
        for statement in found:
            if statement["Action"] == "sts:AssumeRole" and principal in json.dumps(statement.get("Principal")):
                statement["Condition"] = condition

    return change


def changed(part: Part, change: Change) -> Access:
    """Return the lake with a stack's statements changed."""
    texts = {name: accepted_text(declared.template) for name, declared in synthesize().items()}
    stack = Names().stack(part)
    template = json.loads(texts[stack])
    for found in statements(template):
        change(found)
    assert template != json.loads(texts[stack])
    return Access(parse_lake({**texts, stack: json.dumps(template)}))


def broken(promise: str, access: Access) -> list[str]:
    """Return what of a promise the engine finds broken."""
    asked = [*PROMISES[promise](access)]
    verdicts = evaluate([request for request, _ in asked], account=ACCOUNT, policies=access.policies)
    return [request.resource for (request, said), verdict in zip(asked, verdicts, strict=True) if verdict != said]


@pytest.mark.parametrize("part", [Part.STORAGE, Part.REPLICA])
@pytest.mark.parametrize(
    ("sid", "key", "promise"),
    [
        ("DenyPlainHttp", "", "nothing goes over plain HTTP"),
        ("DenyWrongEncryption", "", "objects are encrypted by S3's own keys"),
        ("DenyWrongEncryption", "s3:x-amz-server-side-encryption", "objects are encrypted by S3's own keys"),
        ("DenyCustomerKeys", "", "no customer's keys"),
        ("WriteOnce", "", "what is written once is not written again"),
        ("WriteOnce", "s3:ObjectCreationOperation", "what is written once is not written again"),
        ("CompareAndSetModels", "", "the models are compared and set"),
        ("CompareAndSetModels", "s3:if-match", "the models are compared and set"),
        ("KeepForever", "", "only break-glass deletes what is written once"),
        ("KeepForever", "aws:PrincipalArn", "only break-glass deletes what is written once"),
        ("KeepVersions", "", "only the eraser deletes versions of runs"),
        ("KeepVersions", "aws:PrincipalArn", "only the eraser deletes versions of runs"),
    ],
)
def test_another_policy_of_a_bucket_breaks_a_promise(part: Part, sid: str, key: str, promise: str) -> None:
    bucket = {Part.STORAGE: Names().bucket(ACCOUNT), Part.REPLICA: Names().replica_bucket(ACCOUNT)}[part]
    found = broken(promise, changed(part, without(sid, key)))
    assert found
    assert {arn.removeprefix("arn:aws:s3:::").partition("/")[0] for arn in found} == {bucket}


@pytest.mark.parametrize(
    ("part", "change", "promise"),
    [
        (Part.ACCESS, trusting("root", {}), "who deletes for good needs a second factor"),
        (Part.ACCESS, trusting("root", {"Bool": {"aws:ViaAWSService": "true"}}), "another account takes on no role"),
        (
            Part.STORAGE,
            trusting("s3.amazonaws.com", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
            "S3 may replicate",
        ),
        (Part.ACCESS, without("PutRegistry"), "a publisher ends what it tried"),
        (Part.ACCESS, without("CopyResults"), "a publisher repairs results in the replica"),
        (Part.ACCESS, without("ChooseWorkgroup"), "an analyst uses the console and other clients"),
    ],
)
def test_another_policy_of_a_role_breaks_a_promise(part: Part, change: Change, promise: str) -> None:
    assert broken(promise, changed(part, change))


@pytest.mark.parametrize(
    ("sid", "role", "name"),
    [
        ("PutRuns", Role.RUNNER, "put a manifest"),
        ("ReadTables", Role.ANALYST, "get rejected lines"),
        ("Delete", Role.BREAK_GLASS, "delete a run"),
        ("Erase", Role.ERASER, "delete an export"),
    ],
)
def test_a_wider_role_may_do_what_the_matrix_denies(sid: str, role: Role, name: str) -> None:
    (operation,) = (it for it in OPERATIONS if it.name == name)
    assert role not in operation.roles
    access = changed(Part.ACCESS, everywhere(sid))
    asked = [access.request(access.role(role), *step) for step in Recorder(access).steps(operation)]
    assert {*evaluate(asked, account=ACCOUNT, policies=access.policies)} == {Verdict.ALLOWED}
