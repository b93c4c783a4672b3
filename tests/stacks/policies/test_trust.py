"""Who may assume a role: which principals a context value may name, and the trust policy that follows."""

import fnmatch
import re

import pytest
from aws_cdk import App, Stack, aws_iam as iam

from stacks.policies.trust import EXPECTED, Trust, TrustError
from tests.stacks.synthesis import REPOSITORY, Json, rows
from tools.templates.model import plain

ACCOUNT = "arn:aws:iam::111122223333"
SSO = f"{ACCOUNT}:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_Analyst_*"


def trusted(text: str, *, mfa: bool = False) -> list[Json]:
    """Return the statements of the trust policy that a role gets."""
    app = App()
    iam.Role(Stack(app, "Stack"), "Role", assumed_by=Trust.parse(text).principal(mfa=mfa))
    resources: Json = app.synth().get_stack_by_name("Stack").template["Resources"]
    (role,) = (plain(resource) for resource in resources.values())
    return rows(role, "Properties", "AssumeRolePolicyDocument", "Statement")


@pytest.mark.parametrize(
    ("text", "arns"),
    [
        ("", ()),
        ("  ", ()),
        ("111122223333", (f"{ACCOUNT}:root",)),
        (f"{ACCOUNT}:root", (f"{ACCOUNT}:root",)),
        (f"111122223333, {ACCOUNT}:root", (f"{ACCOUNT}:root",)),
        (f"{ACCOUNT}:user/x,{ACCOUNT}:role/ci/deploy", (f"{ACCOUNT}:role/ci/deploy", f"{ACCOUNT}:user/x")),
        (SSO, (SSO,)),
    ],
)
def test_principals_are_read_in_order_and_each_once(text: str, arns: tuple[str, ...]) -> None:
    assert Trust.parse(text) == Trust(arns)


@pytest.mark.parametrize(
    ("text", "principal"),
    [
        ("*", "*"),
        (",", ""),
        ("111122223333,", ""),
        ("11112222333", "11112222333"),
        ("٠١١١٢٢٢٢٣٣٣٣", "٠١١١٢٢٢٢٣٣٣٣"),
        ("arn:aws:iam::*:root", "arn:aws:iam::*:root"),
        ("arn:aws:iam::*:role/x", "arn:aws:iam::*:role/x"),
        (f"{ACCOUNT}:role/", f"{ACCOUNT}:role/"),
        (f"{ACCOUNT}:*", f"{ACCOUNT}:*"),
        (f"{ACCOUNT}:group/x", f"{ACCOUNT}:group/x"),
        (f"{ACCOUNT}:role/a b", f"{ACCOUNT}:role/a b"),
        ("arn:aws:sts::111122223333:assumed-role/x/y", "arn:aws:sts::111122223333:assumed-role/x/y"),
        ("lambda.amazonaws.com", "lambda.amazonaws.com"),
        (f"{ACCOUNT}:role/ok,bad", "bad"),
    ],
)
def test_what_is_no_principal_is_refused_by_name(text: str, principal: str) -> None:
    with pytest.raises(TrustError) as refused:
        Trust.parse(text)
    assert str(refused.value) == f"{principal!r}: expected {EXPECTED}"


def test_nobody_named_is_the_roles_own_account() -> None:
    (statement,) = trusted("")
    assert statement["Principal"] == {"AWS": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
    assert "Condition" not in statement


def test_roles_and_users_are_trusted_by_their_arns() -> None:
    arns = [f"{ACCOUNT}:role/ci", f"{ACCOUNT}:user/x"]
    assert trusted(",".join(arns)) == [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": arn}} for arn in arns
    ]


def test_a_pattern_is_a_condition_on_its_account_since_no_principal_may_hold_one() -> None:
    assert trusted(f"{SSO},{ACCOUNT}:role/ci/*,arn:aws:iam::444455556666:role/x*") == [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": f"{ACCOUNT}:root"},
            "Condition": {"ArnLike": {"aws:PrincipalArn": [SSO, f"{ACCOUNT}:role/ci/*"]}},
        },
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
            "Condition": {"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::444455556666:role/x*"]}},
        },
    ]


@pytest.mark.parametrize("text", ["", f"{ACCOUNT}:user/x", SSO, f"{SSO},{ACCOUNT}:user/x,444455556666"])
def test_a_second_factor_is_asked_of_everybody(text: str) -> None:
    for statement in trusted(text, mfa=True):
        condition = statement["Condition"]
        assert isinstance(condition, dict)
        assert condition["Bool"] == {"aws:MultiFactorAuthPresent": "true"}


@pytest.mark.parametrize("region", ["", "eu-central-1/"])
def test_documented_example_matches_sso_roles_wherever_identity_center_is(region: str) -> None:
    (pattern,) = re.findall(
        r"trust_analyst=arn:aws:iam::<account>:(\S+)`", (REPOSITORY / "docs" / "deploying.md").read_text()
    )
    role = f"role/aws-reserved/sso.amazonaws.com/{region}AWSReservedSSO_Analyst_0123456789abcdef"
    assert fnmatch.fnmatchcase(role, pattern)
