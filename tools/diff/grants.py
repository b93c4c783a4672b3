"""Who may do what in one revision: the statements of all policies, gathered by role or by guarded resource."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from tools.diff.finding import Place
from tools.diff.statements import Atom, atoms
from tools.diff.template import Address, Json, Lake, Resource, canonical, items, plain_id

_REFERENCE: Final = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.Arn)?\}")
_IDENTITIES: Final = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
_POLICIES: Final = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
# The properties by which a resource names the role that it acts as.
_ROLES_OF: Final = (("Role",), ("Target", "RoleArn"), ("RoleArn",))
_PERMISSION_CONDITIONS: Final = (
    "SourceArn",
    "SourceAccount",
    "PrincipalOrgID",
    "EventSourceToken",
    "FunctionUrlAuthType",
)

Key = tuple[Address, str]
"""A role or a guarded resource, and which of its policies: its `own`, its `trust`, or that of a `resource`."""


@dataclass(kw_only=True)
class Holder:
    """Whose policies they are, in a reviewer's words, and what they say."""

    label: str
    atoms: dict[Atom, None] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)

    def add(self, resource: Resource, path: tuple[str, ...], document: object) -> None:
        """Take the atoms of a document that lies at a path of a resource."""
        self.places.append((*resource.address, path))
        self.atoms |= dict.fromkeys(atoms(document))


def holders(lake: Lake) -> dict[Key, Holder]:
    """Return the statements of all policies by holder."""
    users = dict(_users(lake))
    found: dict[Key, Holder] = {}

    def holder(key: Key, label: str) -> Holder:
        return found.setdefault(key, Holder(label=label))

    for resource in lake.resources.values():
        properties = resource.properties
        if resource.type in _IDENTITIES:
            label = _role_label(resource, users)
            trust = holder((resource.address, "trust"), f"{label} (trust)")
            trust.add(
                resource, ("Properties", "AssumeRolePolicyDocument"), properties.get("AssumeRolePolicyDocument")
            )
            own = holder((resource.address, "own"), label)
            for policy in items(properties.get("Policies")):
                own.add(
                    resource,
                    ("Properties", "Policies"),
                    policy.get("PolicyDocument") if isinstance(policy, dict) else None,
                )
            own.add(resource, ("Properties", "ManagedPolicyArns"), _managed(properties.get("ManagedPolicyArns")))
        elif resource.type in _POLICIES:
            for address, label in _attached(resource, lake, users):
                own = holder((address, "own"), label)
                own.add(resource, ("Properties", "PolicyDocument"), properties.get("PolicyDocument"))
        else:
            for path, document in _resource_policies(resource):
                guarded = holder((resource.address, "resource"), f"{_guarded(resource)} (policy)")
                guarded.add(resource, path, document)
    return found


def _users(lake: Lake) -> Iterator[tuple[Address, str]]:
    """Yield what acts as each role, for roles whose own names nobody knows."""
    for resource in lake.resources.values():
        for path in _ROLES_OF:
            value: object = resource.properties
            for step in path:
                value = value.get(step) if isinstance(value, dict) else None
            if isinstance(value, str) and (match := _REFERENCE.fullmatch(value)):
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


def _resource_policies(resource: Resource) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield every policy document of a resource, wherever it is, and an invoke permission as one."""
    if resource.type == "AWS::Lambda::Permission":
        yield ("Properties",), _permission(resource.properties)
        return
    for key, value in resource.properties.items():
        if isinstance(value, dict) and "Statement" in value:
            yield ("Properties", key), value


def _permission(properties: Json) -> Json:
    given = properties.get("Principal")
    text = given if isinstance(given, str) else canonical(given)
    kind = "Service" if text.endswith(".amazonaws.com") else "AWS"
    conditions = {key: properties[key] for key in _PERMISSION_CONDITIONS if key in properties}
    statement = {
        "Effect": "Allow",
        "Principal": {kind: text},
        "Action": properties.get("Action"),
        "Resource": properties.get("FunctionName"),
        "Condition": {"StringEquals": conditions} if conditions else {},
    }
    return {"Statement": [statement]}
