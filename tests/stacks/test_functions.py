"""What holds for every function, queue and schedule: who starts it, what it may do, where failures go."""

import pytest

from schemas.names import Function, Names
from tests.stacks.synthesis import BUCKET, Json, SynthesizedStack, allowed, dig, rows

Stacks = dict[str, SynthesizedStack]
# What each function does to objects.
WRITTEN = {Function.CURATE_WEEK: [f"arn:aws:s3:::{BUCKET}/curated/*"]}
DELETED = {
    Function.CURATE_WEEK: [
        f"arn:aws:s3:::{BUCKET}/curated/week=*/{name}"
        for name in ("parts/*", "plans/*", "runs.parquet", "turns.parquet")
    ]
}

every_function = pytest.mark.parametrize("function", Function)


def stack_of(function: Function, stacks: Stacks) -> SynthesizedStack:
    return stacks[Names().stack(function.part)]


def only(stack: SynthesizedStack, resource_type: str, logical_id: str) -> Json:
    """Return the properties of the only resource of a type whose logical id begins so."""
    (found,) = (found for key, found in stack.resources(resource_type).items() if key.startswith(logical_id))
    properties = found["Properties"]
    assert isinstance(properties, dict)
    return properties


def listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def queues(stacks: Stacks) -> list[tuple[SynthesizedStack, str]]:
    return [(stack, key) for stack in stacks.values() for key in stack.resources("AWS::SQS::Queue")]


@every_function
def test_events_that_fail_end_in_the_dead_letter_queue_of_their_stack(function: Function, stacks: Stacks) -> None:
    stack = stack_of(function, stacks)
    (queue,) = stack.resources("AWS::SQS::Queue")
    invoke = only(stack, "AWS::Lambda::EventInvokeConfig", function)
    assert dig(invoke, "DestinationConfig", "OnFailure", "Destination") == f"${{{queue}.Arn}}"


@every_function
def test_no_concurrency_is_reserved_which_a_new_account_could_not_give(function: Function, stacks: Stacks) -> None:
    assert "ReservedConcurrentExecutions" not in only(stack_of(function, stacks), "AWS::Lambda::Function", function)


@every_function
def test_a_role_writes_below_its_prefixes_and_deletes_what_is_superseded(function: Function, stacks: Stacks) -> None:
    statements = allowed(stack_of(function, stacks), function)
    written = [row["Resource"] for row in statements if "s3:PutObject" in listed(row["Action"])]
    assert [each for row in written for each in listed(row)] == WRITTEN.get(function, [])
    deleted = [row["Resource"] for row in statements if "s3:Delete" in str(row["Action"])]
    assert [each for row in deleted for each in listed(row)] == DELETED.get(function, [])


@every_function
def test_a_role_has_no_permissions_but_those_declared_for_it(function: Function, stacks: Stacks) -> None:
    assert "ManagedPolicyArns" not in only(stack_of(function, stacks), "AWS::IAM::Role", function)
    resources = [row["Resource"] for row in allowed(stack_of(function, stacks), function)]
    assert "*" not in [each for resource in resources for each in listed(resource)]


def test_a_function_that_watches_calibration_cannot_reach_the_table(index: SynthesizedStack) -> None:
    assert "dynamodb" not in str(allowed(index, Function.WATCH_CALIBRATION))


@pytest.mark.parametrize("function", [Function.INDEX_RUN, Function.WATCH_CALIBRATION])
def test_only_the_bucket_of_this_account_may_invoke_what_it_notifies(function: Function, stacks: Stacks) -> None:
    permission = only(stack_of(function, stacks), "AWS::Lambda::Permission", function)
    assert permission["Principal"] == "s3.amazonaws.com"
    assert permission["SourceAccount"] == "${AWS::AccountId}"
    assert permission["SourceArn"] == f"arn:aws:s3:::{BUCKET}"
    notified = dig(stacks["SocraticBenchStorage"].only("AWS::S3::Bucket"), "Properties", "NotificationConfiguration")
    assert f"function:{function}" in str(notified)


def test_dead_letters_are_encrypted_and_outlive_a_fortnight(stacks: Stacks) -> None:
    assert len(queues(stacks)) == len({function.part for function in Function})
    for stack, key in queues(stacks):
        queue = dig(stack.every_resource[key], "Properties")
        assert dig(queue, "SqsManagedSseEnabled") is True
        assert dig(queue, "MessageRetentionPeriod") == 14 * 24 * 60 * 60


def test_dead_letters_take_no_plain_http(stacks: Stacks) -> None:
    for stack, key in queues(stacks):
        policy = stack.only("AWS::SQS::QueuePolicy")["Properties"]
        assert dig(policy, "Queues") == [f"${{{key}}}"]
        (statement,) = rows(policy, "PolicyDocument", "Statement")
        assert (statement["Effect"], statement["Action"]) == ("Deny", "sqs:*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_schedule_may_invoke_its_function_and_send_dead_letters_alone(curation: SynthesizedStack) -> None:
    (queue,) = curation.resources("AWS::SQS::Queue")
    schedules = curation.resources("AWS::Scheduler::Schedule").values()
    assert len(schedules) == 2
    for schedule in schedules:
        target = dig(schedule, "Properties", "Target")
        role = str(dig(target, "RoleArn")).removeprefix("${").partition(".")[0]
        invoke, send = allowed(curation, role)
        assert listed(invoke["Resource"])[0] == dig(target, "Arn")
        assert (invoke["Action"], send["Action"]) == ("lambda:InvokeFunction", "sqs:SendMessage")
        assert send["Resource"] == dig(target, "DeadLetterConfig", "Arn") == f"${{{queue}.Arn}}"


def test_the_table_is_recoverable_and_protected_from_deletion(index: SynthesizedStack) -> None:
    table = index.only("AWS::DynamoDB::Table")["Properties"]
    assert dig(table, "PointInTimeRecoverySpecification") == {"PointInTimeRecoveryEnabled": True}
    assert dig(table, "DeletionProtectionEnabled") is True
