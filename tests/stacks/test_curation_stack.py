"""The weekly curation: the function, its schedule, what it may do, and where its failures go."""

import pytest

from tests.stacks.synthesis import BUCKET, Json, SynthesizedStack, dig, rows


@pytest.fixture(scope="module")
def function(curation: SynthesizedStack) -> object:
    return curation.only("AWS::Lambda::Function")["Properties"]


@pytest.fixture(scope="module")
def schedule(curation: SynthesizedStack) -> object:
    return curation.only("AWS::Scheduler::Schedule")["Properties"]


def only_id(curation: SynthesizedStack, resource_type: str) -> str:
    (found,) = curation.resources(resource_type)
    return found


def allowed(curation: SynthesizedStack, role: str) -> list[Json]:
    """Return what the policy of the role whose logical id begins so allows, without Sids."""
    (policy,) = (
        found
        for found in curation.resources("AWS::IAM::Policy").values()
        if str(rows(found, "Properties", "Roles")[0]).startswith(f"${{{role}")
    )
    statements = rows(policy, "Properties", "PolicyDocument", "Statement")
    return [{key: value for key, value in row.items() if key != "Sid"} for row in statements]


def test_function_has_the_most_that_a_new_account_may_have(function: object) -> None:
    assert dig(function, "FunctionName") == "CurateWeek"
    assert dig(function, "Handler") == "lambdas.curate_week.handler.handler"
    assert dig(function, "MemorySize") == 3008
    assert dig(function, "Timeout") == 900
    assert dig(function, "EphemeralStorage") == {"Size": 10_240}
    assert dig(function, "Environment", "Variables") == {"LAKE_BUCKET": BUCKET, "METRIC_NAMESPACE": "SocraticBench"}
    assert "ReservedConcurrentExecutions" not in str(function)


def test_weeks_are_curated_on_mondays_at_noon_utc(schedule: object, curation: SynthesizedStack) -> None:
    assert dig(schedule, "ScheduleExpression") == "cron(0 12 ? * MON *)"
    assert dig(schedule, "ScheduleExpressionTimezone") == "Etc/UTC"
    assert dig(schedule, "State") == "ENABLED"
    assert dig(schedule, "Target", "Arn") == f"${{{only_id(curation, 'AWS::Lambda::Function')}.Arn}}"
    assert dig(schedule, "Target", "Input") == "{}"


def test_what_cannot_be_started_is_tried_for_an_hour_and_kept(schedule: object, curation: SynthesizedStack) -> None:
    assert dig(schedule, "Target", "RetryPolicy") == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 3}
    queue = f"${{{only_id(curation, 'AWS::SQS::Queue')}.Arn}}"
    assert dig(schedule, "Target", "DeadLetterConfig") == {"Arn": queue}


def test_what_fails_is_tried_once_more_and_kept_in_the_same_queue(curation: SynthesizedStack) -> None:
    invoke = dig(curation.only("AWS::Lambda::EventInvokeConfig"), "Properties")
    queue = f"${{{only_id(curation, 'AWS::SQS::Queue')}.Arn}}"
    assert dig(invoke, "DestinationConfig") == {"OnFailure": {"Destination": queue}}
    assert dig(invoke, "MaximumRetryAttempts") == 1
    assert dig(invoke, "MaximumEventAgeInSeconds") == 21600


def test_dead_letters_are_kept_14_days_encrypted(curation: SynthesizedStack) -> None:
    queue = dig(curation.only("AWS::SQS::Queue"), "Properties")
    assert queue == {
        "QueueName": "SocraticBench-CurationDeadLetters",
        "MessageRetentionPeriod": 14 * 24 * 60 * 60,
        "SqsManagedSseEnabled": True,
    }
    (statement,) = rows(curation.only("AWS::SQS::QueuePolicy"), "Properties", "PolicyDocument", "Statement")
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_role_reads_and_publishes_weeks_and_invokes_itself_alone(curation: SynthesizedStack) -> None:
    bucket = f"arn:aws:s3:::{BUCKET}"
    statements = [row for row in allowed(curation, "CurateWeek") if "sqs" not in str(row) and "logs" not in str(row)]
    assert statements == [
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket,
            "Condition": {"StringLikeIfExists": {"s3:prefix": ["raw/*", "curated/*"]}},
        },
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{bucket}/curated/*", f"{bucket}/raw/*"]},
        {
            "Effect": "Allow",
            "Action": ["s3:AbortMultipartUpload", "s3:PutObject"],
            "Resource": f"{bucket}/curated/*",
        },
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": "arn:aws:lambda:us-east-1:${AWS::AccountId}:function:CurateWeek",
        },
    ]


def test_role_otherwise_only_logs_and_sends_dead_letters(curation: SynthesizedStack) -> None:
    queue, logs = only_id(curation, "AWS::SQS::Queue"), only_id(curation, "AWS::Logs::LogGroup")
    others = [row for row in allowed(curation, "CurateWeek") if "s3:" not in str(row) and "lambda:" not in str(row)]
    assert {str(row["Resource"]) for row in others} == {f"${{{queue}.Arn}}", f"${{{logs}.Arn}}"}


def test_schedule_invokes_the_function_and_sends_dead_letters_alone(curation: SynthesizedStack) -> None:
    function, queue = only_id(curation, "AWS::Lambda::Function"), only_id(curation, "AWS::SQS::Queue")
    assert allowed(curation, "SchedulerRole") == [
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": [f"${{{function}.Arn}}", f"${{{function}.Arn}}:*"],
        },
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": f"${{{queue}.Arn}}"},
    ]
