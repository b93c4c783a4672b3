"""Who may do what: the statements of all policies, gathered by role or by guarded resource."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from tools.templates.model import Address, Json, Lake, Path, Resource, canonical, dig, items, mapping, plain_id
from tools.templates.statements import Atom, atoms

Place = tuple[str, str, Path]
"""A stack, a logical id and a path in the resource."""

_REFERENCE: Final = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.Arn)?\}")
_IDENTITIES: Final = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
_POLICIES: Final = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
# The properties by which a resource names the role that it acts as.
_ROLES_OF: Final = (("Role",), ("Target", "RoleArn"), ("RoleArn",))
# How Lambda turns the properties of a permission into conditions.
_PERMISSION_CONDITIONS: Final = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
}


class Side(Enum):
    """Where the policies of a grant stand: with who acts, as whom a role trusts, or with what is acted on."""

    OWN = ""
    TRUST = " (trust)"
    RESOURCE = " (policy)"


Key = tuple[Address, Side]


@dataclass(kw_only=True)
class Grant:
    """Whose policies they are, in a reviewer's words, what they say, and where they stand."""

    label: str
    atoms: dict[Atom, None] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)


def grants(lake: Lake) -> dict[Key, Grant]:
    """Return the atoms of all policies by holder."""
    users = dict(_users(lake))
    found: dict[Key, Grant] = {}
    for resource in lake.resources.values():
        for key, label, path, document in _policies(resource, lake, users):
            grant = found.setdefault(key, Grant(label=f"{label}{key[1].value}"))
            grant.places.append((*resource.address, ("Properties", *path)))
            grant.atoms |= dict.fromkeys(atoms(document))
    return found


def _policies(
    resource: Resource, lake: Lake, users: Mapping[Address, str]
) -> Iterator[tuple[Key, str, Path, object]]:
    """Yield each policy document of a resource: whose it is, where it stands, and what it says."""
    properties = resource.properties
    if resource.type in _IDENTITIES:
        own, label = (resource.address, Side.OWN), _role_label(resource, users)
        trust = "AssumeRolePolicyDocument"
        yield (resource.address, Side.TRUST), label, (trust,), properties.get(trust)
        for policy in items(properties.get("Policies")):
            yield own, label, ("Policies",), mapping(policy).get("PolicyDocument")
        yield own, label, ("ManagedPolicyArns",), _managed(properties.get("ManagedPolicyArns"))
    elif resource.type in _POLICIES:
        for address, label in _attached(resource, lake, users):
            yield (address, Side.OWN), label, ("PolicyDocument",), properties.get("PolicyDocument")
    elif resource.type == "AWS::Lambda::Permission":
        yield (resource.address, Side.RESOURCE), _guarded(resource), (), permission_document(properties)
    else:
        for key, value in properties.items():
            if "Statement" in mapping(value):
                yield (resource.address, Side.RESOURCE), _guarded(resource), (key,), value


def _users(lake: Lake) -> Iterator[tuple[Address, str]]:
    """Yield what acts as each role, for roles without a name of their own."""
    for resource in lake.resources.values():
        for path in _ROLES_OF:
            if match := _REFERENCE.fullmatch(str(dig(resource.properties, path))):
                yield (resource.stack, match[1]), resource.name


def _role_label(role: Resource, users: Mapping[Address, str]) -> str:
    named = isinstance(role.properties.get("RoleName"), str)
    return role.name if named or role.address not in users else f"role of {users[role.address]}"


def _managed(arns: object) -> Json:
    """Return attached policies as a document, in which each is one opaque action."""
    statements = [
        {"Effect": "Allow", "Action": "managed policy", "Resource": arn if isinstance(arn, str) else canonical(arn)}
        for arn in items(arns)
    ]
    return {"Statement": statements}


def _attached(policy: Resource, lake: Lake, users: Mapping[Address, str]) -> Iterator[tuple[Address, str]]:
    """Yield the roles that a policy is attached to; itself where there is none."""
    names = [name for key in ("Roles", "Users", "Groups") for name in items(policy.properties.get(key))]
    for name in names:
        match = _REFERENCE.fullmatch(str(name))
        address = (policy.stack, match[1] if match else str(name))
        role = lake.resources.get(address)
        yield address, _role_label(role, users) if role else plain_id(address[1])
    if not names:
        yield policy.address, policy.name


def _guarded(resource: Resource) -> str:
    """Return what a resource policy guards, or the policy's own name."""
    for key in ("Bucket", "Queues", "Topics", "FunctionName"):
        if targets := [str(target) for target in items(resource.properties.get(key))]:
            return ", ".join(_REFERENCE.sub(lambda match: plain_id(match[1]), target) for target in targets)
    return resource.name


def permission_document(properties: Json) -> Json:
    """Return an invoke permission as the policy document that Lambda makes of it."""
    given = properties.get("Principal")
    text = given if isinstance(given, str) else canonical(given)
    condition: dict[str, dict[str, object]] = {}
    for name, (operator, key) in _PERMISSION_CONDITIONS.items():
        if name in properties:
            condition.setdefault(operator, {})[key] = properties[name]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service" if text.endswith(".amazonaws.com") else "AWS": text},
        "Action": properties.get("Action"),
        "Resource": properties.get("FunctionName"),
        "Condition": condition,
    }
    return {"Statement": [statement]}
