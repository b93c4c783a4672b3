"""Roles and bucket policies are compared by what they mean, and whatever was added beside them is found."""

import json
from typing import TYPE_CHECKING, Final

import boto3
import pytest

from ops.drift.finding import Finding
from ops.drift.policies import canonical, policy_findings
from ops.drift.stack import DeployedStack

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_iam import IAMClient
    from mypy_boto3_s3 import S3Client

TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}
    ],
}
READ: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::lake"}],
}
DENY: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": "arn:aws:s3:::lake"}],
}
STACK: Final = DeployedStack(
    account="111122223333",
    region="us-east-1",
    resources={
        "Lake": {"Type": "AWS::S3::Bucket"},
        "LakePolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Lake"}, "PolicyDocument": DENY},
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": TRUST,
                "Policies": [{"PolicyName": "Read", "PolicyDocument": READ}],
            },
        },
        "RolePolicy": {
            "Type": "AWS::IAM::Policy",
            "Properties": {"PolicyName": "Default", "PolicyDocument": READ, "Roles": [{"Ref": "Role"}]},
        },
    },
    physical={"Lake": "lake", "Role": "Stack-Role-1", "LakePolicy": "lake", "RolePolicy": "Stack-Policy-1"},
)


@pytest.fixture
def clients(moto: None) -> "tuple[IAMClient, S3Client]":
    """The stack as it was deployed."""
    del moto
    iam, s3 = boto3.client("iam", region_name="us-east-1"), boto3.client("s3", region_name="us-east-1")
    iam.create_role(RoleName="Stack-Role-1", AssumeRolePolicyDocument=json.dumps(TRUST))
    for name in ("Read", "Default"):
        iam.put_role_policy(RoleName="Stack-Role-1", PolicyName=name, PolicyDocument=json.dumps(READ))
    s3.create_bucket(Bucket="lake")
    s3.put_bucket_policy(Bucket="lake", Policy=json.dumps(DENY))
    return iam, s3


def add_policy(iam: "IAMClient", s3: "S3Client") -> None:
    del s3
    iam.put_role_policy(RoleName="Stack-Role-1", PolicyName="ByHand", PolicyDocument=json.dumps(READ))


def attach_policy(iam: "IAMClient", s3: "S3Client") -> None:
    del s3
    arn = iam.create_policy(PolicyName="Wide", PolicyDocument=json.dumps(READ))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="Stack-Role-1", PolicyArn=arn)


def widen_policy(iam: "IAMClient", s3: "S3Client") -> None:
    del s3
    wide = json.dumps(READ).replace("s3:GetObject", "s3:*")
    iam.put_role_policy(RoleName="Stack-Role-1", PolicyName="Default", PolicyDocument=wide)


def change_trust(iam: "IAMClient", s3: "S3Client") -> None:
    del s3
    trust = json.dumps(TRUST).replace("111122223333", "444455556666")
    iam.update_assume_role_policy(RoleName="Stack-Role-1", PolicyDocument=trust)


def remove_bucket_policy(iam: "IAMClient", s3: "S3Client") -> None:
    del iam
    s3.delete_bucket_policy(Bucket="lake")


def test_what_was_deployed_is_no_drift(clients: "tuple[IAMClient, S3Client]") -> None:
    iam, s3 = clients
    assert [*policy_findings(STACK, iam=iam, s3=s3)] == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (add_policy, Finding("Stack-Role-1", "us-east-1", "ByHand", "added")),
        (attach_policy, Finding("Stack-Role-1", "us-east-1", "arn:aws:iam::123456789012:policy/Wide", "added")),
        (widen_policy, Finding("Stack-Role-1", "us-east-1", "Default", "changed")),
        (change_trust, Finding("Stack-Role-1", "us-east-1", "trust", "changed")),
        (remove_bucket_policy, Finding("lake", "us-east-1", "bucket policy", "missing")),
    ],
)
def test_change_by_hand_is_found(
    clients: "tuple[IAMClient, S3Client]", change: "Callable[[IAMClient, S3Client], None]", finding: Finding
) -> None:
    iam, s3 = clients
    change(iam, s3)
    assert [*policy_findings(STACK, iam=iam, s3=s3)] == [finding]


def test_role_that_is_gone_lacks_every_document(clients: "tuple[IAMClient, S3Client]") -> None:
    iam, s3 = clients
    for name in ("Read", "Default"):
        iam.delete_role_policy(RoleName="Stack-Role-1", PolicyName=name)
    iam.delete_role(RoleName="Stack-Role-1")
    found = [(each.what, each.how) for each in policy_findings(STACK, iam=iam, s3=s3)]
    assert found == [("Default", "missing"), ("Read", "missing"), ("trust", "missing")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Action": ["s3:Get"]}, {"Action": "s3:Get"}),
        ({"Action": ["b", "a"]}, {"Action": ["a", "b"]}),
        ({"Principal": {"AWS": "*"}}, {"Principal": "*"}),
        ({"Statement": [{"Sid": "B"}, {"Sid": "A"}]}, {"Statement": [{"Sid": "A"}, {"Sid": "B"}]}),
    ],
)
def test_documents_with_one_meaning_have_one_form(one: object, other: object) -> None:
    assert canonical(one) == canonical(other)
