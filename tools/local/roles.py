"""Roles of the embedded AWS that show what the lake itself refuses."""

import json
from collections.abc import Mapping, Sequence

from tools.local.endpoint import Credentials, Endpoint


def policy(*statements: Mapping[str, object]) -> str:
    """Return a policy document of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def s3_role(endpoint: Endpoint, name: str) -> Credentials:
    """Return credentials of a new role that may do everything in S3, so that only a bucket's policy can refuse."""
    iam = endpoint.client("iam")
    account: Sequence[str] = [f"arn:aws:iam::{endpoint.account_id}:root"]
    trust = policy({"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    anything = policy({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    iam.put_role_policy(RoleName=name, PolicyName="S3", PolicyDocument=anything)
    return endpoint.assume(role["Arn"])
