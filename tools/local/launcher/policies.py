"""Condition keys and resources of policies that ministack lacks or gets wrong, put into its policy engine."""

# ruff: noqa: SLF001 (ministack offers no other way in; its version is pinned)

import json
from contextvars import ContextVar

from tools.local.launcher.conditions import object_context, role_of_session, shows_second_factor
from tools.local.launcher.parts import ATHENA, IAM, IAM_ACTIONS, IAM_EVALUATOR, STS, replace
from tools.local.launcher.resources import athena_ids, cloudwatch_resource, glue_resource

_second_factor: ContextVar[bool] = ContextVar("second_factor", default=False)


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


def add_second_factor() -> None:
    """Let a role's trust policy ask for `aws:MultiFactorAuthPresent`, which a request for its session may carry."""
    stock_handle, stock_resolve = STS.handle_request, IAM_EVALUATOR._resolve_condition_key

    async def handle(method: str, path: str, headers: object, body: bytes, query: object) -> object:
        token = _second_factor.set(shows_second_factor(body))
        try:
            return await stock_handle(method, path, headers, body, query)
        finally:
            _second_factor.reset(token)

    def resolve(key: str, request: object) -> object:
        if key.lower() == "aws:multifactorauthpresent":
            return "true" if _second_factor.get() else None
        return stock_resolve(key, request)

    replace(STS, "handle_request", handle)
    replace(IAM_EVALUATOR, "_resolve_condition_key", resolve)


def name_resources() -> None:
    """Authorise reads of catalog, alarms and dashboards by what is read, and requests for queries by workgroup."""
    stock = IAM_ACTIONS.extract_resource_arn

    def extract(  # noqa: PLR0917 (ministack's signature)
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: dict[str, list[str]],
        region: str,
        account_id: str,
    ) -> object:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        named = _named(service, operation, body)
        if not named:
            return stock(service, method, path, headers, body, query_params, region, account_id)
        of_region = "" if named.startswith("dashboard/") else region
        return f"arn:aws:{IAM_ACTIONS.SERVICE_TO_IAM_NAMESPACE[service]}:{of_region}:{account_id}:{named}"

    replace(IAM_ACTIONS, "extract_resource_arn", extract)


def _named(service: str, operation: str, body: bytes) -> str | None:
    """Return what a JSON request names; None where ministack is left to find out."""
    if not operation or service not in {"athena", "glue", "monitoring"}:
        return None
    request = json.loads(body or b"{}")
    match service:
        case "athena":
            return _workgroup(request)
        case "glue":
            return glue_resource(operation, request)
        case _:
            return cloudwatch_resource(operation, request)


def _workgroup(request: dict[str, object]) -> str | None:
    """Return the workgroup of the queries that a request names; None where it names none that are in one alone."""
    queries = {**ATHENA._executions, **ATHENA._named_queries}
    workgroups = {queries[found]["WorkGroup"] for found in athena_ids(request) if found in queries}
    return f"workgroup/{workgroups.pop()}" if len(workgroups) == 1 else None


def install() -> None:
    """Make everything of this module known."""
    add_object_keys()
    name_roles_as_principals()
    add_second_factor()
    name_resources()
