"""Readers of IAM's resource types."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tools.local.endpoint import Endpoint
from tools.local.readback.registry import Properties, Resource, reader, stated

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def _document(value: object) -> object:
    """Return a policy document, which boto3 has decoded where the service sent it as JSON."""
    return json.loads(value) if isinstance(value, str) else value


def _inline(client: "IAMClient", role: str, name: str) -> object:
    try:
        return _document(client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchEntity":
            raise
        return None


@reader("AWS::IAM::Role")
def role(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a role's trust, limits and policies; inline ones only under names that the template gives it.

    Others may come from `AWS::IAM::Policy` resources, which are read for themselves.
    """
    client, name = endpoint.client("iam"), resource.physical_id
    found = client.get_role(RoleName=name)["Role"]
    stated_policies = resource.properties.get("Policies")
    names = [
        str(policy["PolicyName"])
        for policy in (stated_policies if isinstance(stated_policies, list) else [])
        if isinstance(policy, Mapping)
    ]
    inline = {policy: _inline(client, name, policy) for policy in names}
    attached = client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return stated(
        RoleName=found["RoleName"],
        Path=found["Path"],
        Description=found.get("Description"),
        MaxSessionDuration=found.get("MaxSessionDuration"),
        AssumeRolePolicyDocument=_document(found.get("AssumeRolePolicyDocument")),
        PermissionsBoundary=found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        Policies=[
            {"PolicyName": policy, "PolicyDocument": document} for policy, document in inline.items() if document
        ],
        ManagedPolicyArns=[policy.get("PolicyArn") for policy in attached],
        Tags=found.get("Tags"),
    )


@reader("AWS::IAM::Policy")
def inline_policy(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return an inline policy and the roles that really have it."""
    client, name = endpoint.client("iam"), resource.text("PolicyName")
    documents = {role: _inline(client, role, name) for role in resource.texts("Roles")}
    present = [document for document in documents.values() if document]
    same = present[0] if present and all(document == present[0] for document in present) else present
    return stated(
        PolicyName=name if present else None,
        PolicyDocument=same,
        Roles=[role for role, document in documents.items() if document],
    )


@reader("AWS::IAM::ManagedPolicy")
def managed_policy(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a managed policy's default version and the roles it is attached to; its physical id is its ARN."""
    client, arn = endpoint.client("iam"), resource.physical_id
    policy = client.get_policy(PolicyArn=arn)["Policy"]
    version = client.get_policy_version(PolicyArn=arn, VersionId=policy.get("DefaultVersionId", "v1"))
    attached = client.list_entities_for_policy(PolicyArn=arn, EntityFilter="Role").get("PolicyRoles", [])
    return stated(
        ManagedPolicyName=policy.get("PolicyName"),
        Path=policy.get("Path"),
        Description=policy.get("Description"),
        PolicyDocument=_document(version["PolicyVersion"].get("Document")),
        Roles=[role.get("RoleName") for role in attached],
    )
