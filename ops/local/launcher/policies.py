"""Condition keys of policies that ministack lacks or gets wrong, put into its policy engine."""

# ruff: noqa: SLF001 (ministack offers no other way in; its version is pinned)

from ops.local.launcher.conditions import object_context, role_of_session
from ops.local.launcher.parts import IAM, IAM_ACTIONS, IAM_EVALUATOR, replace


def add_object_keys() -> None:
    """Add the missing S3 keys to those that ministack takes from a request."""
    stock = IAM_ACTIONS.s3_service_context

    def context(
        action: str,
        query: dict[str, list[str]] | None,
        path: str = "",
        headers: dict[str, str] | None = None,
    ) -> dict[str, object]:
        return {**stock(action, query, path, headers), **object_context(action, query or {}, headers or {})}

    replace(IAM_ACTIONS, "s3_service_context", context)


def name_roles_as_principals() -> None:
    """Make `aws:PrincipalArn` of a role's session the role's ARN, as on AWS, instead of the session's."""
    stock = IAM_EVALUATOR._resolve_condition_key

    def resolve(key: str, request: object) -> object:
        value = stock(key, request)
        if key.lower() != "aws:principalarn":
            return value
        role = IAM._roles.get(role_of_session(str(value)) or "")
        return role["Arn"] if role else value

    replace(IAM_EVALUATOR, "_resolve_condition_key", resolve)


def install() -> None:
    """Make every key of this module known."""
    add_object_keys()
    name_roles_as_principals()
