"""Who may do what, by an independent policy engine: as `docs/iam.md`, the matrix and the promises say."""

from collections.abc import Mapping
from functools import cache

import pytest

from schemas.keys.layout import RUN_PREFIXES
from schemas.names import Names
from schemas.roles import Role
from tests.contract.access import ACCOUNT, ADMINISTRATOR, CALLED, Access, Context, about, condition_of, satisfying
from tests.contract.matrix import OPERATIONS, Recorder
from tests.contract.promises import CREATES_ONCE, PROMISES
from tests.e2e.lake.caller import Operation
from tests.stacks.synthesis import committed_choices, synthesize
from tools.contract.engine import Request, Verdict, evaluate
from tools.templates.accepted import OPTED_INTO, opted_into, read_accepted
from tools.templates.model import Lake
from tools.templates.statements import Atom

pytestmark = pytest.mark.contract

DEFAULT = "default"
CHOICES: Mapping[str, Mapping[str, str]] = {
    DEFAULT: OPTED_INTO,
    "replicate_raw": {**OPTED_INTO, "replicate_raw": "true"},
}
# The page is also of what this deployment chose, where it chose anything.
PAGES = {**CHOICES, **({"chosen": opted_into(chosen)} if (chosen := committed_choices()) else {})}
ROLES = sorted(Access(read_accepted()).holders)
# A statement names several actions and all that any of them is about, and these are never about that part of it.
NO_EFFECT = {
    ("glue:GetDatabase", "table"),
    ("glue:GetDatabases", "table"),
    ("states:DescribeExecution", "mapRun"),
    ("states:DescribeMapRun", "execution"),
    ("states:ListMapRuns", "mapRun"),
}
_OF_STREAMS = ("logs:CreateLogStream", "logs:GetLogEvents", "logs:PutLogEvents")

Case = tuple[str, str, frozenset[tuple[str, str]]]
"""What one does: action, resource, and the context that the caller chooses."""
Verdicts = Mapping[Request, Verdict]


@cache
def access(choice: str) -> Access:
    return Access(Lake([stack.declared for stack in synthesize(**PAGES[choice]).values()]))


@cache
def cases(choice: str) -> list[Case]:
    """Return a request for every action on every resource of the page, and one for every denial that is about it."""
    lake = access(choice)
    lines = [atom for holder in lake.holders.values() if holder.name != ADMINISTRATOR for atom in holder.atoms]
    found = {case(atom) for atom in (*lines, *lake.guarding) if "*" not in atom.action}
    for denial in (atom for atom in lake.guarding if not atom.allows):
        for action, resource, context in [*found]:
            if about(denial, action, resource):
                found.add((action, resource, frozenset(satisfying(condition_of(denial), dict(context)).items())))
    return sorted(found, key=str)


def case(atom: Atom) -> Case:
    """Return what the line is about, as a client of ours does it, under the conditions of what is allowed."""
    given = CREATES_ONCE if atom.action == "s3:PutObject" else {}
    context = satisfying(condition_of(atom), given) if atom.allows else given
    return atom.action, example(atom.resource, atom.action), frozenset(context.items())


def example(pattern: str, action: str) -> str:
    """Return one of the resources of a pattern."""
    if pattern == "*":
        return pattern
    if action in _OF_STREAMS:
        return pattern.removesuffix(":*").replace("*", "x") + ":log-stream:x"
    return pattern.replace("*", "x:1" if ":mapRun:" in pattern else "x")


@cache
def steps() -> Mapping[Operation, list[Case]]:
    """Return what each operation of the matrix asks IAM for."""
    recorder = Recorder(access(DEFAULT))
    return {
        operation: [(action, arn, frozenset(context.items())) for action, arn, context in recorder.steps(operation)]
        for operation in OPERATIONS
    }


def requests(choice: str, holder: str, asked: list[Case]) -> list[Request]:
    lake = access(choice)
    return [lake.request(lake.holders[holder], action, arn, dict(context)) for action, arn, context in asked]


def of_service(lake: Access, atom: Atom, arn: str, *, name: str = "", context: Context | None = None) -> Request:
    """Return what a service does by a line of the page; another service by `name`, otherwise by `context`."""
    return Request(
        principal=name or atom.who,
        action=atom.action,
        resource=arn,
        guard=lake.guard(arn),
        context=frozenset({**CALLED, **(satisfying(condition_of(atom), {}) if context is None else context)}.items()),
    )


def of_services(lake: Access) -> list[tuple[Request, Verdict]]:
    """Return what each line about a service allows it, and that no other service and nothing else is allowed."""
    found = []
    for atom, arn in lake.strangers():
        found += [
            (of_service(lake, atom, arn), Verdict.ALLOWED),
            (of_service(lake, atom, arn, name="ec2.amazonaws.com"), Verdict.NOT_ALLOWED),
        ]
        if condition_of(atom):
            found.append((of_service(lake, atom, arn, context={}), Verdict.NOT_ALLOWED))
    return found


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """The engine's verdict on every request of all tests, which it is asked at once."""
    asked: dict[Request, None] = {}
    for choice in PAGES:
        for holder in access(choice).holders:
            asked |= dict.fromkeys(it for each in PAGES for it in requests(choice, holder, cases(each)))
            asked |= dict.fromkeys(it for found in steps().values() for it in requests(choice, holder, found))
        for promise in PROMISES.values():
            asked |= dict.fromkeys(request for request, _ in promise(access(choice)))
        asked |= dict.fromkeys(request for request, _ in of_services(access(choice)))
    policies = {name: policy for choice in PAGES for name, policy in access(choice).policies.items()}
    return dict(zip(asked, evaluate([*asked], account=ACCOUNT, policies=policies), strict=True))


@pytest.mark.parametrize("choice", PAGES)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_page_says_and_nothing_else(verdicts: Verdicts, role: str, choice: str) -> None:
    lake, wrong = access(choice), []
    for asked, request in zip(cases(choice), requests(choice, role, cases(choice)), strict=True):
        said = lake.said(lake.holders[role], asked[0], asked[1], dict(asked[2]))
        if verdicts[request] not in (said, Verdict.NO_SUCH_RESOURCE):
            wrong.append((*asked, f"the page: {said}", f"the engine: {verdicts[request]}"))
    assert cases(choice)
    assert wrong == []


@pytest.mark.parametrize("choice", PAGES)
def test_a_service_may_do_what_the_page_says_and_no_other_service(verdicts: Verdicts, choice: str) -> None:
    asked = of_services(access(choice))
    assert asked
    assert [(request, verdicts[request]) for request, verdict in asked if verdicts[request] != verdict] == []


@pytest.mark.parametrize("choice", CHOICES)
def test_runs_are_replicated_where_that_is_chosen(verdicts: Verdicts, choice: str) -> None:
    lake = access(choice)
    role, replica = lake.holders[Names().replication_role], Names().replica_bucket(ACCOUNT)
    expected = Verdict.NOT_ALLOWED if choice == DEFAULT else Verdict.ALLOWED
    for prefix in RUN_PREFIXES:
        assert verdicts[lake.request(role, "s3:ReplicateObject", f"arn:aws:s3:::{replica}/{prefix}x", {})] == expected


def test_only_known_lines_of_the_page_are_about_nothing(verdicts: Verdicts) -> None:
    found = {
        (request.action, request.resource.split(":")[5].partition("/")[0])
        for request, verdict in verdicts.items()
        if verdict is Verdict.NO_SUCH_RESOURCE
    }
    assert found == NO_EFFECT


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda it: it.name)
def test_the_matrix_says_what_the_engine_says(verdicts: Verdicts, operation: Operation, choice: str) -> None:
    def may(holder: str) -> bool:
        return {verdicts[it] for it in requests(choice, holder, steps()[operation])} == {Verdict.ALLOWED}

    assert {role for role in Role if may(access(choice).role(role).name)} == operation.roles
    # Otherwise something else than a permission might be what refuses it.
    assert operation.roles or may(ADMINISTRATOR)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_is_kept(verdicts: Verdicts, promise: str, choice: str) -> None:
    asked = [*PROMISES[promise](access(choice))]
    assert asked
    assert [(request, verdicts[request]) for request, verdict in asked if verdicts[request] != verdict] == []
