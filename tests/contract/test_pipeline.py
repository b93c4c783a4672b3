"""Which of GitHub's tokens take on the pipeline's roles, and what the deployer may do then, by the policy engine."""

import json

import pytest

from schemas.names import PRIMARY_REGION, REPLICA_REGION, Names
from schemas.roles import Role
from tests.contract.access import ACCOUNT, CALLED, Access, Holder
from tests.examples.test_github_oidc import synthesize
from tools.contract.engine import Request, Verdict, evaluate
from tools.templates.model import Lake, Stack, mapping, plain

pytestmark = pytest.mark.contract

STACK = "SocraticBenchPipeline"
ISSUER = "token.actions.githubusercontent.com"
SUBJECTS = {"Diff": "pull_request", "Deploy": "environment:production", "Drift": "environment:drift"}
FORMS = ("socratic-bench/lake", "socratic-bench@41/lake@4102")
STRANGERS = (
    "another/lake",
    "socratic-bench/lakes",
    "socratic-bench@41/lake@4103",
    "socratic-bench@42/lake@4102",
    "another@41/lake@4102",
)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Access:
    folder = tmp_path_factory.mktemp("pipeline")
    done = synthesize(folder, repository=FORMS[1])
    assert done.returncode == 0, done.stderr
    template = json.loads((folder / f"{STACK}.template.json").read_text())
    for resource in template["Resources"].values():
        # What SecurityAudit allows is AWS's to say.
        resource.get("Properties", {}).pop("ManagedPolicyArns", None)
    return Access(Lake([Stack(STACK, mapping(plain(template)))]))


def ask(access: Access, *requests: Request) -> list[Verdict]:
    return evaluate(requests, account=ACCOUNT, policies=access.policies)


def take_on(access: Access, job: str, subject: str, audience: str = "sts.amazonaws.com") -> Request:
    """Return how a job of GitHub asks for a role, with what its token says."""
    holder = access.holders[f"{STACK}{job}"]
    return Request(
        principal=f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}",
        action="sts:AssumeRoleWithWebIdentity",
        resource=holder.arn,
        guard=access.trust(holder.name),
        context=frozenset({**CALLED, f"{ISSUER}:aud": audience, f"{ISSUER}:sub": f"repo:{subject}"}.items()),
    )


@pytest.mark.parametrize("job", SUBJECTS)
def test_a_role_is_for_one_kind_of_job_of_the_repository_in_both_forms_of_the_subject(
    pipeline: Access, job: str
) -> None:
    own = [take_on(pipeline, job, f"{form}:{SUBJECTS[job]}") for form in FORMS]
    other_jobs = [
        take_on(pipeline, job, f"{form}:{subject}")
        for form in FORMS
        for subject in (*SUBJECTS.values(), "ref:refs/heads/main")
        if subject != SUBJECTS[job]
    ]
    strangers = [take_on(pipeline, job, f"{form}:{SUBJECTS[job]}") for form in STRANGERS]
    elsewhere = [take_on(pipeline, job, f"{form}:{SUBJECTS[job]}", audience="elsewhere") for form in FORMS]
    assert {*ask(pipeline, *own)} == {Verdict.ALLOWED}
    assert {*ask(pipeline, *other_jobs, *strangers, *elsewhere)} == {Verdict.NOT_ALLOWED}


def does(holder: Holder, action: str, resource: str) -> Request:
    return Request(
        principal=holder.session,
        action=action,
        resource=resource,
        identity=holder.policies,
        context=frozenset(holder.context.items()),
    )


def test_the_deployer_becomes_cdk_and_those_who_publish_and_try_without_tagging_the_session(pipeline: Access) -> None:
    deployer, names = pipeline.holders[f"{STACK}Deploy"], Names()
    cdk = [
        f"cdk-hnb659fds-{name}-{ACCOUNT}-{region}"
        for name in ("deploy-role", "file-publishing-role", "lookup-role")
        for region in (PRIMARY_REGION, REPLICA_REGION)
    ]
    users = {Role.PUBLISHER, Role.OPERATOR}
    own = [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in (*cdk, *map(names.role, sorted(users)))]
    others = [f"arn:aws:iam::{ACCOUNT}:role/{names.role(role)}" for role in Role if role not in users]
    assert {*ask(pipeline, *(does(deployer, "sts:AssumeRole", arn) for arn in own))} == {Verdict.ALLOWED}
    refused = [does(deployer, "sts:TagSession", arn) for arn in own]
    refused += [does(deployer, "sts:AssumeRole", arn) for arn in others]
    assert {*ask(pipeline, *refused)} == {Verdict.NOT_ALLOWED}
