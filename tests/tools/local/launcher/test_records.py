import datetime as dt

import pytest

from tools.local.launcher.records import Invocation, failure_record

ARN = "arn:aws:lambda:us-east-1:111122223333:function:IndexRun"


def invocation(**settings: object) -> Invocation:
    config = {"FunctionName": "IndexRun", "FunctionArn": ARN, "Version": "$LATEST"}
    return Invocation({"config": config, "event_invoke_configs": {"$LATEST": settings}}, {"Records": []})


@pytest.mark.parametrize(
    ("retries", "attempts", "condition"),
    [
        (0, 1, "RetriesExhausted"),
        (1, 1, None),
        (1, 2, "RetriesExhausted"),
        (None, 2, None),
        (None, 3, "RetriesExhausted"),
    ],
)
def test_an_event_is_given_up_after_its_retries(retries: int | None, attempts: int, condition: str | None) -> None:
    event = invocation(MaximumRetryAttempts=retries)
    event.attempts = attempts
    assert event.condition() == condition


def test_an_event_is_given_up_when_it_is_too_old() -> None:
    event = invocation(MaximumEventAgeInSeconds=60)
    event.attempts, event.started = 1, event.started - 61
    assert event.condition() == "EventAgeExceeded"


def test_failure_record_is_the_one_that_aws_documents() -> None:
    event = invocation()
    event.attempts = 3
    result = {"error": True, "body": {"errorMessage": "poisoned"}}
    record = failure_record(event, result, "RetriesExhausted", dt.datetime(2025, 11, 5, 1, 2, 3, 4_000, dt.UTC))
    assert record == {
        "version": "1.0",
        "timestamp": "2025-11-05T01:02:03.004Z",
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": f"{ARN}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {"Records": []},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorMessage": "poisoned"},
    }
