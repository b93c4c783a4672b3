"""The page of permissions, over templates small enough to see what becomes of each statement."""

from collections.abc import Mapping

import pytest

from tools.docs.iam import page
from tools.templates.model import Lake, Stack, mapping, plain

LAMBDA = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
READ = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::lake/raw/*"}


def document(*statements: Mapping[str, object]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": [*statements]}


def role(*statements: Mapping[str, object], **properties: object) -> dict[str, object]:
    policies = [{"PolicyName": "P", "PolicyDocument": document(*statements)}] if statements else []
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": document(LAMBDA), "Policies": policies, **properties},
    }


def lines(heading: str, **resources: object) -> list[str]:
    """Return the lines of a table of the page, without its head."""
    text = page(Lake([Stack("Lake", mapping(plain({"Resources": resources})))]))
    section = text.partition(f"## {heading}")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| ")][2:]


def allowed(**resources: object) -> list[str]:
    return lines("What a role may do", **resources)


def test_each_action_on_each_resource_is_a_line() -> None:
    both = {**READ, "Action": ["s3:PutObject", "s3:GetObject"], "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::a/*"]}
    assert allowed(Reader=role(both, RoleName="Reader")) == [
        "| `Reader` | allow | `s3:GetObject` | `arn:aws:s3:::a/*` |  |",
        "| `Reader` | allow | `s3:GetObject` | `arn:aws:s3:::b/*` |  |",
        "| `Reader` | allow | `s3:PutObject` | `arn:aws:s3:::a/*` |  |",
        "| `Reader` | allow | `s3:PutObject` | `arn:aws:s3:::b/*` |  |",
    ]


@pytest.mark.parametrize(
    ("widened", "line"),
    [
        ({"Resource": "*"}, "| `Reader` | allow | `s3:GetObject` | `*` |  |"),
        ({"Action": "s3:*"}, "| `Reader` | allow | `s3:*` | `arn:aws:s3:::lake/raw/*` |  |"),
        ({"Effect": "Deny"}, "| `Reader` | deny | `s3:GetObject` | `arn:aws:s3:::lake/raw/*` |  |"),
        (
            {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
            "| `Reader` | allow | `s3:GetObject` | `arn:aws:s3:::lake/raw/*` | `Bool aws:SecureTransport: true` |",
        ),
    ],
)
def test_a_change_of_a_permission_changes_one_line(widened: dict[str, object], line: str) -> None:
    other = {**READ, "Resource": "arn:aws:s3:::lake/scores/*"}
    before = allowed(Reader=role(other, READ, RoleName="Reader"))
    after = allowed(Reader=role(other, {**READ, **widened}, RoleName="Reader"))
    assert {*after} - {*before} == {line}
    assert len({*before} - {*after}) == 1


def test_what_is_not_named_but_excluded_is_seen() -> None:
    statement = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::a"}
    assert allowed(Reader=role(statement, RoleName="Reader")) == [
        "| `Reader` | allow | `all but iam:*` | `all but arn:aws:s3:::a` |  |"
    ]


@pytest.mark.parametrize("kind", ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"])
def test_a_policy_of_its_own_is_a_line_of_each_role_that_holds_it(kind: str) -> None:
    policy = {"Type": kind, "Properties": {"PolicyDocument": document(READ), "Roles": [{"Ref": "RoleA1B2C3D4"}]}}
    assert allowed(RoleA1B2C3D4=role(), Policy=policy) == [
        "| `Lake/Role` | allow | `s3:GetObject` | `arn:aws:s3:::lake/raw/*` |  |"
    ]


def test_policies_of_users_and_groups_are_lines_too() -> None:
    properties = {"PolicyDocument": document(READ), "Users": ["u"], "Groups": ["g"]}
    found = allowed(Policy={"Type": "AWS::IAM::Policy", "Properties": properties})
    assert [line.split("`")[1] for line in found] == ["g", "u"]


def test_a_managed_policy_of_aws_is_named_by_its_arn() -> None:
    arn = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/AdministratorAccess"]]}
    assert allowed(Admin=role(RoleName="Admin", ManagedPolicyArns=[arn])) == [
        "| `Admin` | allow | `managed policy` | `arn:aws:iam::aws:policy/AdministratorAccess` |  |"
    ]


def test_accounts_and_references_are_readable_and_the_same_everywhere() -> None:
    logs = {"Fn::GetAtt": ["Logs0A1B2C3D", "Arn"]}
    bucket = {"Fn::Join": ["", ["arn:aws:s3:::lake-", {"Ref": "AWS::AccountId"}, "/*"]]}
    found = allowed(Reader=role({**READ, "Resource": [logs, bucket]}, RoleName="Reader"))
    assert [line.split("`")[5] for line in found] == ["${Lake/Logs.Arn}", "arn:aws:s3:::lake-<account>/*"]


def test_trust_tells_who_and_when() -> None:
    account = {"Fn::Join": ["", ["arn:aws:iam::", {"Ref": "AWS::AccountId"}, ":root"]]}
    old = {"NumericLessThan": {"aws:MultiFactorAuthAge": 300}}
    trust = document({**LAMBDA, "Principal": {"AWS": account}, "Condition": old}, {**LAMBDA, "Principal": "*"})
    assert lines("Who may assume a role", R=role(RoleName="R", AssumeRolePolicyDocument=trust)) == [
        "| `R` | `anybody` | allow | `sts:AssumeRole` |  |",
        (
            "| `R` | `arn:aws:iam::<account>:root` | allow | `sts:AssumeRole` "
            "| `NumericLessThan aws:MultiFactorAuthAge: 300` |"
        ),
    ]


def test_policies_of_resources_are_lines_by_principal() -> None:
    deny = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": "arn:aws:s3:::lake"}
    policy = {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "lake", "PolicyDocument": document(deny)}}
    permission = {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Fn::GetAtt": ["IndexRun0A1B2C3D", "Arn"]},
            "Principal": "s3.amazonaws.com",
            "SourceArn": "arn:aws:s3:::lake",
        },
    }
    assert lines("What a resource itself says", Policy=policy, Permission=permission) == [
        "| `anybody` | deny | `s3:*` | `arn:aws:s3:::lake` |  |",
        (
            "| `s3.amazonaws.com` | allow | `lambda:InvokeFunction` | `${Lake/IndexRun.Arn}` "
            "| `ArnLike AWS:SourceArn: arn:aws:s3:::lake` |"
        ),
    ]


def test_the_same_templates_make_the_same_page_in_any_order() -> None:
    one, two = (Stack(name, {"Resources": {"R": role(READ, RoleName=name)}}) for name in "AB")
    assert page(Lake([one, two])) == page(Lake([two, one]))
