"""Acknowledges findings of cdk-nag, one by one, each with its reason and beside the construct.

A test runs the checks, and fails for a finding without an acknowledgement and the other way round.
"""

from collections.abc import Iterable
from typing import cast

from aws_cdk import Acknowledgment, Stack, Validations, aws_iam as iam
from constructs import IConstruct


def acknowledge(scope: IConstruct, rule: str, *, reason: str) -> None:
    """Acknowledge one rule of AwsSolutions, such as `S1`, for a construct and what is below it."""
    Validations.of(scope).acknowledge(Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason))


def patterns(statements: Iterable[iam.PolicyStatement]) -> list[str]:
    """Return the resources that statements name by a pattern, each once."""
    named = (resource for statement in statements for resource in statement.resources)
    return [*dict.fromkeys(resource for resource in named if "*" in resource)]


def acknowledge_wildcards(scope: IConstruct, resources: Iterable[str], *, reason: str) -> None:
    """Acknowledge that a role's permissions, declared below `scope`, name each of these resources by a pattern."""
    for resource in resources:
        written = _as_reported(Stack.of(scope).resolve(resource))
        acknowledge(scope, f"IAM5[Resource::{written}]", reason=reason)


def _as_reported(value: object) -> str:
    """Return a resolved text as cdk-nag writes it, with references in angle brackets."""
    match value:
        case {"Ref": str(name)}:
            return f"<{name}>"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": ["", [*parts]]}:
            return "".join(_as_reported(part) for part in cast("list[object]", parts))
        case _:
            return str(value)
