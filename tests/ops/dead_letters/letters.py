"""Messages of both shapes, as AWS documents them."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"


def record(function: str, payload: object, *, error: str = "table is away") -> str:
    """Return what Lambda sends to an on-failure destination."""
    return json.dumps(
        {
            "version": "1.0",
            "timestamp": "2025-11-05T12:00:00.000Z",
            "requestContext": {
                "requestId": "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
                "functionArn": f"{ARN}{function}:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 3,
            },
            "requestPayload": payload,
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": {"errorMessage": error, "errorType": "ConnectionError"},
        }
    )


def undelivered(function: str, **changes: str) -> Mapping[str, str]:
    """Return the attributes that EventBridge Scheduler sends with a payload that it could not deliver."""
    return {
        "ERROR_CODE": "TooManyRequestsException",
        "ERROR_MESSAGE": "Rate exceeded",
        "EXECUTION_ID": "ad06616e51cdf74a",
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": "3",
        "SCHEDULED_TIME": "2025-11-10T12:00:00Z",
        "SCHEDULE_ARN": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/Weekly",
        "TARGET_ARN": f"{ARN}{function}",
    } | changes


def as_attributes(values: Mapping[str, str]) -> "dict[str, MessageAttributeValueTypeDef]":
    """Return message attributes as SQS takes them."""
    return {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}
