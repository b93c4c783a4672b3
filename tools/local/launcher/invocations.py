"""Asynchronous Lambda invocations as AWS documents them, through a bounded pool.

ministack starts a thread and a process for every event at once, counts a throttled attempt as a failure, and
writes a failure record without its request id, time stamp and attempts. Behaviour and record:
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

# ruff: noqa: SLF001 (ministack offers no other way in; its version is pinned)

import contextvars
import datetime as dt
import json
import logging
import os
import time
from collections.abc import Callable, Mapping

from tools.local.launcher.delays import DelayedJobs
from tools.local.launcher.parts import BOTOCORE, LAMBDA, LAMBDA_RUNTIME, replace
from tools.local.launcher.records import Invocation, Record, failure_record

_LOG = logging.getLogger("tools.local.launcher")
_THROTTLE_SECONDS = 0.2


def _send(queue_arn: str, body: str, config: Mapping[str, str]) -> None:
    """Send with the function's own role, so that a missing `sqs:SendMessage` loses the record as on AWS."""
    credentials = LAMBDA_RUNTIME.execution_credentials(config)
    _, _, _, region, account, name = queue_arn.split(":")
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    client = BOTOCORE.Session().create_client(
        "sqs",
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=credentials["AWS_SESSION_TOKEN"],
    )
    client.send_message(QueueUrl=f"{endpoint}/{account}/{name}", MessageBody=body)


def _fail(invocation: Invocation, result: Record, condition: str) -> None:
    destinations = invocation.settings.get("DestinationConfig")
    target = destinations.get("OnFailure", {}).get("Destination", "") if isinstance(destinations, Mapping) else ""
    name = invocation.config["FunctionName"]
    if not target.startswith("arn:aws:sqs:"):
        _LOG.error("Lambda %s gave up on %s (%s), it has no queue", name, invocation.request_id, condition)
        return
    body = json.dumps(failure_record(invocation, result, condition, dt.datetime.now(dt.UTC)))
    try:
        _send(target, body, invocation.config)
    except Exception:  # noqa: BLE001 (see below)
        # AWS counts such an event in DestinationDeliveryFailures and drops it; it must not end the worker thread.
        _LOG.exception("Lambda %s: record of %s not delivered to %s", name, invocation.request_id, target)


def _attempt(invocation: Invocation) -> Record | None:
    """Run the function once and return its result, or None where its concurrency is used up."""
    function, config = invocation.function, invocation.config
    slot, _ = LAMBDA._acquire_execution_slot(function, config)
    if slot is None:
        return None
    try:
        dispatch = LAMBDA._execute_function_dispatch
        result: Record = dispatch(function, config, invocation.event, invocation.request_id, time.time())
    finally:
        LAMBDA._release_execution_slot(slot)
    if result.get("log"):
        _LOG.info("Lambda %s, request %s:\n%s", config["FunctionName"], invocation.request_id, result["log"])
    return result


def _backoff(attempts: int) -> float:
    """Return the seconds before the next attempt, doubling as on AWS but from seconds instead of a minute."""
    doubled: float = LAMBDA._LAMBDA_ASYNC_RETRY_BASE_SECONDS * 2 ** (attempts - 1)
    most: float = LAMBDA._LAMBDA_ASYNC_RETRY_MAX_SECONDS
    return min(doubled, most)


def _run(invocation: Invocation, again: Callable[[float], None]) -> None:
    try:
        result = _attempt(invocation)
    except Exception as error:  # noqa: BLE001 (an emulator's own failure is one of the function's, not the pool's)
        _LOG.exception("Lambda %s could not be run", invocation.config["FunctionName"])
        result = {"error": True, "body": {"errorMessage": str(error), "errorType": type(error).__name__}}
    if result is None or result.get("throttle"):
        again(_THROTTLE_SECONDS)
        return
    if not result.get("error"):
        return
    invocation.attempts += 1
    condition = invocation.condition()
    if condition is None:
        again(_backoff(invocation.attempts))
    else:
        _fail(invocation, result, condition)


def install(slots: int) -> None:
    """Send ministack's asynchronous invocations through a pool of `slots` workers."""
    jobs = DelayedJobs(slots)

    def invoke(function: Record, event: object) -> None:
        invocation = Invocation(function if "config" in function else {"config": function}, event)
        # ministack keeps the caller's account, Region and recursion depth in context variables.
        context = contextvars.copy_context()

        def job() -> None:
            context.run(LAMBDA._run_with_function_config_scope, invocation.config, _run, invocation, again)

        def again(delay: float) -> None:
            jobs.submit(job, delay=delay)

        jobs.submit(job)

    replace(LAMBDA, "invoke_async_with_retry", invoke)
