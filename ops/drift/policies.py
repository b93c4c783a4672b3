"""Compares the policies of roles and buckets, by content, with those that the deployed templates declare.

CloudFormation's own detection passes `AWS::IAM::Policy` by, and whatever was added to a role beside it:
https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1686
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, cast

from botocore.exceptions import ClientError

from ops.drift.finding import Finding
from ops.drift.stack import DeployedStack, Json

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_s3 import S3Client

# The documents of a role or bucket by their names.
Documents = dict[str, object]

_ROLE: Final = "AWS::IAM::Role"
_BUCKET: Final = "AWS::S3::Bucket"
_TRUST: Final = "trust"
_BOUNDARY: Final = "permissions boundary"
_BUCKET_POLICY: Final = "bucket policy"
_ATTACHED: Final = "attached"
_ABSENT: Final = ("NoSuchEntity", "NoSuchBucketPolicy", "NoSuchBucket")


def policy_findings(stack: DeployedStack, *, iam: "IAMClient", s3: "S3Client") -> Iterator[Finding]:
    """Yield each document that a role or bucket of the stack lacks, has besides, or has with another content."""
    for (kind, name), wanted in declared(stack).items():
        found = _role(iam, name) if kind == _ROLE else _bucket(s3, name)
        for document in sorted({*wanted, *found}):
            how = _difference(wanted.get(document), found.get(document))
            if how:
                yield Finding(name, stack.region, document, how)


def declared(stack: DeployedStack) -> dict[tuple[str, str], Documents]:
    """Return the documents that the stack declares, by the type and the physical name of what has them."""
    found: dict[tuple[str, str], Documents] = {
        (kind, stack.physical[logical_id]): {}
        for logical_id, resource in stack.resources.items()
        if (kind := str(resource["Type"])) in (_ROLE, _BUCKET)
    }
    for logical_id, resource in stack.resources.items():
        match resource["Type"]:
            case "AWS::IAM::Role":
                found[_ROLE, stack.physical[logical_id]] |= _declared_role(_properties(stack, resource))
            case "AWS::IAM::Policy":
                properties = _properties(stack, resource)
                for role in cast("list[str]", properties["Roles"]):
                    found[_ROLE, role][str(properties["PolicyName"])] = properties["PolicyDocument"]
            case "AWS::S3::BucketPolicy":
                properties = _properties(stack, resource)
                found[_BUCKET, str(properties["Bucket"])][_BUCKET_POLICY] = properties["PolicyDocument"]
    return found


def _properties(stack: DeployedStack, resource: Json) -> Json:
    return cast("Json", stack.resolved(resource["Properties"]))


def _declared_role(properties: Json) -> Documents:
    inline = cast("list[Mapping[str, object]]", properties.get("Policies", []))
    managed = cast("list[str]", properties.get("ManagedPolicyArns", []))
    boundary = {_BOUNDARY: properties["PermissionsBoundary"]} if "PermissionsBoundary" in properties else {}
    return {
        _TRUST: properties["AssumeRolePolicyDocument"],
        **boundary,
        **{str(policy["PolicyName"]): policy["PolicyDocument"] for policy in inline},
        **dict.fromkeys(managed, _ATTACHED),
    }


def _role(iam: "IAMClient", name: str) -> Documents:
    """Return the documents of a role as IAM has them; none where there is no such role."""
    try:
        role = iam.get_role(RoleName=name)["Role"]
    except ClientError as error:
        return _none_where_absent(error)
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    inline = [
        it for page in iam.get_paginator("list_role_policies").paginate(RoleName=name) for it in page["PolicyNames"]
    ]
    managed = iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
    return {
        _TRUST: role["AssumeRolePolicyDocument"],
        **({_BOUNDARY: boundary} if boundary else {}),
        **{policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in inline},
        **{it["PolicyArn"]: _ATTACHED for page in managed for it in page["AttachedPolicies"]},
    }


def _bucket(s3: "S3Client", name: str) -> Documents:
    """Return the policy of a bucket; nothing where it has none."""
    try:
        return {_BUCKET_POLICY: json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])}
    except ClientError as error:
        return _none_where_absent(error)


def _none_where_absent(error: ClientError) -> Documents:
    if error.response["Error"]["Code"] in _ABSENT:
        return {}
    raise error


def _difference(wanted: object, found: object) -> str | None:
    if found is None:
        return "missing"
    if wanted is None:
        return "added"
    return None if canonical(wanted) == canonical(found) else "changed"


def canonical(value: object) -> object:
    """Return a part of a policy in the form that all with its meaning share: no lists of one, lists in order."""
    if value == {"AWS": "*"}:
        return "*"
    if isinstance(value, Mapping):
        return {key: canonical(member) for key, member in value.items()}
    if isinstance(value, list):
        items = sorted((canonical(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return items[0] if len(items) == 1 else items
    return value
