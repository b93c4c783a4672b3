"""Readers of Lambda's resource types."""

import json
from collections.abc import Mapping

from botocore.exceptions import ClientError

from tools.local.endpoint import Endpoint
from tools.local.readback.registry import Properties, Resource, reader, stated

_AS_REPORTED = (
    "FunctionName",
    "Description",
    "Runtime",
    "Handler",
    "Role",
    "MemorySize",
    "Timeout",
    "Architectures",
    "EphemeralStorage",
    "LoggingConfig",
    "DeadLetterConfig",
    "KMSKeyArn",
    "PackageType",
)


def _member(value: object, *names: str) -> object:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


@reader("AWS::Lambda::Function")
def function(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a function's configuration, reserved concurrency and tags."""
    client, name = endpoint.client("lambda", region=resource.region), resource.physical_id
    answer = client.get_function(FunctionName=name)
    configuration: Mapping[str, object] = answer["Configuration"]
    concurrency: Mapping[str, object] = client.get_function_concurrency(FunctionName=name)
    reserved = concurrency.get("ReservedConcurrentExecutions")
    tracing = _member(configuration, "TracingConfig", "Mode")
    snap_start = _member(configuration, "SnapStart", "ApplyOn")
    layers = configuration.get("Layers")
    properties = stated(
        **{key: configuration.get(key) for key in _AS_REPORTED},
        Environment=stated(Variables=_member(configuration, "Environment", "Variables")),
        TracingConfig=stated(Mode=tracing),
        SnapStart=stated(ApplyOn=snap_start),
        Layers=[_member(layer, "Arn") for layer in layers] if isinstance(layers, list) else None,
        Tags=[{"Key": key, "Value": value} for key, value in answer.get("Tags", {}).items()],
    )
    return properties if reserved is None else {**properties, "ReservedConcurrentExecutions": reserved}


def permission_properties(statement: Mapping[str, object]) -> dict[str, object]:
    """Return a statement of a function's policy as the permission that made it."""
    principal = statement.get("Principal")
    condition = statement.get("Condition")
    equals = _member(condition, "StringEquals")
    return stated(
        Action=statement.get("Action"),
        Principal=_member(principal, "Service") or _member(principal, "AWS") or principal,
        SourceArn=_member(condition, "ArnLike", "AWS:SourceArn"),
        SourceAccount=_member(equals, "AWS:SourceAccount"),
        PrincipalOrgID=_member(equals, "aws:PrincipalOrgID"),
    )


@reader("AWS::Lambda::Permission")
def permission(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return the statement of the function's policy that carries the permission's id."""
    client, name = endpoint.client("lambda", region=resource.region), resource.text("FunctionName")
    try:
        policy = json.loads(client.get_policy(FunctionName=name)["Policy"])
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ResourceNotFoundException":
            raise
        return {}
    for statement in policy["Statement"]:
        if statement.get("Sid") == resource.physical_id:
            # The policy is the named function's, whichever of name and ARN the template uses.
            return {"FunctionName": name, **permission_properties(statement)}
    return {}


@reader("AWS::Lambda::EventInvokeConfig")
def event_invoke_config(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return the settings of a function's asynchronous invocations."""
    name, qualifier = resource.text("FunctionName"), resource.text("Qualifier")
    client = endpoint.client("lambda", region=resource.region)
    try:
        settings: Mapping[str, object] = client.get_function_event_invoke_config(
            FunctionName=name, Qualifier=qualifier
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ResourceNotFoundException":
            raise
        return {}
    properties = stated(
        FunctionName=name,
        Qualifier=str(settings["FunctionArn"]).rpartition(":")[2],
        MaximumEventAgeInSeconds=settings.get("MaximumEventAgeInSeconds"),
        DestinationConfig=stated(
            OnFailure=_member(settings, "DestinationConfig", "OnFailure"),
            OnSuccess=_member(settings, "DestinationConfig", "OnSuccess"),
        ),
    )
    retries = settings.get("MaximumRetryAttempts")
    return properties if retries is None else {**properties, "MaximumRetryAttempts": retries}
