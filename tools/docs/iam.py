"""`docs/iam.md`: what each role may do, one line for each action on each resource, from the templates alone."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from tools.docs.markdown import code, table
from tools.templates.model import Declared, Json, Resource

_HEAD: Final = """\
# Who may do what

Made by `make docs` from the templates of all stacks; a test fails where it is not what they say. One line is one
role, one action and one resource, so that a pull request which widens a permission shows it as a changed or new line.
`<account>` is the account of the lake; a name in `${}` is a resource of a stack.

"""
_POLICIES: Final = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
_HASH: Final = re.compile(r"[0-9A-F]{8}(?=\.|$)")
_REFERENCE: Final = re.compile(r"\$\{([^}]*)\}")
_ANYBODY: Final = "anybody"


@dataclass(frozen=True, order=True)
class Line:
    """One action on one resource, for a role or, in a resource's own policy, for whom it names."""

    who: str
    effect: str
    action: str
    resource: str
    condition: str


@dataclass(frozen=True)
class _Place:
    """Makes what a stack's template says readable elsewhere."""

    stack: Declared

    def role(self, role: Resource) -> str:
        """Return a role's fixed name, or where it is declared."""
        named = role.properties.get("RoleName")
        return str(named) if named else self.named(role.logical_id)

    def named(self, logical_id: str) -> str:
        return f"{self.stack.name}/{_HASH.sub('', logical_id)}"

    def text(self, value: object) -> str:
        known = {"AWS::AccountId": "<account>", "AWS::Partition": "aws", "AWS::Region": self.stack.region}
        return _REFERENCE.sub(lambda match: known.get(match[1], f"${{{self.named(match[1])}}}"), str(value))


def page(stacks: Iterable[Declared]) -> str:
    """Return the whole page."""
    declared = [_Place(stack) for stack in stacks]
    trust = sorted({line for place in declared for line in _trusts(place)}, key=lambda line: (line.resource, line))
    allowed = sorted({line for place in declared for line in _roles(place)})
    resources = sorted({line for place in declared for line in _resource_policies(place)})
    return (
        f"{_HEAD}## Who may assume a role\n\n"
        + table(
            ("role", "who", "effect", "action", "if"),
            [(code(x.resource), code(x.who), x.effect.lower(), code(x.action), code(x.condition)) for x in trust],
        )
        + "\n## What a role may do\n\n"
        + _lines(allowed, "role")
        + "\n## What a resource itself says\n\n"
        + "Whatever a role may do, a `Deny` here is the last word.\n\n"
        + _lines(resources, "who")
    )


def _lines(lines: Sequence[Line], who: str) -> str:
    rows = ((line.who, line.effect, line.action, line.resource, line.condition) for line in lines)
    return table(
        (who, "effect", "action", "on", "if"),
        [(code(row[0]), row[1].lower(), *map(code, row[2:])) for row in rows],
    )


def _trusts(place: _Place) -> Iterator[Line]:
    for role in place.stack.resources("AWS::IAM::Role"):
        for statement in _statements(role.properties["AssumeRolePolicyDocument"]):
            for line in _spread(statement, place, whom=None):
                yield Line(line.who, line.effect, line.action, place.role(role), line.condition)


def _roles(place: _Place) -> Iterator[Line]:
    roles = {f"${{{role.logical_id}}}": place.role(role) for role in place.stack.resources("AWS::IAM::Role")}
    for role in place.stack.resources("AWS::IAM::Role"):
        for inline in cast("list[Json]", role.properties.get("Policies", [])):
            yield from _policy(inline["PolicyDocument"], place.role(role), place)
        for managed in cast("list[str]", role.properties.get("ManagedPolicyArns", [])):
            yield Line(place.role(role), "Allow", "what a managed policy says", place.text(managed), "")
    for policy in place.stack.resources(*_POLICIES):
        for holder in ("Roles", "Users", "Groups"):
            for name in cast("list[str]", policy.properties.get(holder, [])):
                yield from _policy(policy.properties["PolicyDocument"], roles.get(name, place.text(name)), place)


def _resource_policies(place: _Place) -> Iterator[Line]:
    """Yield what buckets, queues, topics and functions say of those who come to them."""
    for resource in place.stack.resources():
        properties = resource.properties
        if "PolicyDocument" in properties and resource.type not in _POLICIES:
            yield from _policy(properties["PolicyDocument"], None, place)
        if resource.type == "AWS::Lambda::Permission":
            where = ("SourceArn", "SourceAccount")
            condition = "; ".join(f"{key}: {place.text(properties[key])}" for key in where if key in properties)
            action, function = str(properties["Action"]), place.text(properties["FunctionName"])
            yield Line(str(properties["Principal"]), "Allow", action, function, condition)


def _policy(document: object, whom: str | None, place: _Place) -> Iterator[Line]:
    for statement in _statements(document):
        yield from _spread(statement, place, whom=whom)


def _statements(document: object) -> list[Json]:
    found = cast("Json", document)["Statement"]
    return cast("list[Json]", found if isinstance(found, list) else [found])


def _spread(statement: Json, place: _Place, *, whom: str | None) -> Iterator[Line]:
    """Yield a line for each principal, action and resource of a statement."""
    condition = _condition(statement.get("Condition", {}), place)
    for who in [whom] if whom else _principals(statement, place):
        for action in _either(statement, "Action"):
            for resource in _either(statement, "Resource"):
                yield Line(who, str(statement["Effect"]), action, place.text(resource), condition)


def _principals(statement: Json, place: _Place) -> list[str]:
    (named,) = (statement[key] for key in ("Principal", "NotPrincipal") if key in statement)
    values = named.values() if isinstance(named, Mapping) else [named]
    found = [place.text(item) for value in values for item in _texts(value)]
    described = [_ANYBODY if who == "*" else who for who in found]
    return [f"all but {who}" for who in described] if "NotPrincipal" in statement else described


def _either(statement: Json, key: str) -> list[str]:
    """Return the texts of `key`, or of its opposite marked as such; a trust policy has no resource."""
    return _texts(statement.get(key, [])) + [
        f"all but {text}" for text in _texts(statement.get(f"Not{key}", []))
    ] or [""]


def _condition(conditions: object, place: _Place) -> str:
    blocks = cast("Mapping[str, Json]", conditions)
    return "; ".join(
        f"{operator} {key}: {', '.join(place.text(text) for text in _texts(value))}"
        for operator, keys in sorted(blocks.items())
        for key, value in sorted(keys.items())
    )


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
