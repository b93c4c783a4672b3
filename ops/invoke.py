"""Invokes a deployed function and waits for its answer."""

from typing import TYPE_CHECKING

import msgspec

from ops.failures import CommandError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class InvocationError(CommandError):
    """A function that raised, or ran out of time or memory; the message is its reason, in one line."""


class _LambdaError(msgspec.Struct):
    """What Lambda answers then."""

    # camel case is Lambda's: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    errorMessage: str = "no reason given"  # noqa: N815


def invoke(client: "LambdaClient", function: str, request: object) -> bytes:
    """Return the function's answer to a request, as JSON; raise `InvocationError` where it failed."""
    return invoke_raw(client, function, msgspec.json.encode(request))


def invoke_raw(client: "LambdaClient", function: str, payload: bytes) -> bytes:
    """Do what `invoke` does with a request that is JSON already."""
    answer = client.invoke(FunctionName=function, Payload=payload)
    content = answer["Payload"].read()
    if "FunctionError" in answer:
        raise InvocationError(" ".join(_reason(content).split()))
    return content


def _reason(content: bytes) -> str:
    try:
        return msgspec.json.decode(content, type=_LambdaError).errorMessage
    except (msgspec.DecodeError, RecursionError):
        return content.decode(errors="replace")
