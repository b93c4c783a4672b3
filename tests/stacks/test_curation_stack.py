"""The weekly curation and the daily reconciliation: functions, schedules, what they may do, where failures go."""

import re

import pytest

from tests.stacks.synthesis import BUCKET, SynthesizedStack, allowed, dig, rows


def properties(curation: SynthesizedStack, resource_type: str, logical_id: str) -> object:
    """Return the properties of the only resource of a type whose logical id begins so."""
    return dig(curation.resources(resource_type)[found_id(curation, resource_type, logical_id)], "Properties")


def found_id(curation: SynthesizedStack, resource_type: str, logical_id: str) -> str:
    (found,) = (each for each in curation.resources(resource_type) if each.startswith(logical_id))
    return found


@pytest.fixture(scope="module")
def function(curation: SynthesizedStack) -> object:
    return properties(curation, "AWS::Lambda::Function", "CurateWeek")


@pytest.fixture(scope="module")
def schedule(curation: SynthesizedStack) -> object:
    return properties(curation, "AWS::Scheduler::Schedule", "Weekly")


def only_id(curation: SynthesizedStack, resource_type: str) -> str:
    (found,) = curation.resources(resource_type)
    return found


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
    assert dig(schedule, "Target", "Arn") == f"${{{found_id(curation, 'AWS::Lambda::Function', 'CurateWeek')}.Arn}}"
    assert dig(schedule, "Target", "Input") == "{}"


def test_days_are_reconciled_after_the_curation(curation: SynthesizedStack) -> None:
    daily = properties(curation, "AWS::Scheduler::Schedule", "Daily")
    assert dig(daily, "ScheduleExpression") == "cron(0 15 * * ? *)"
    assert dig(daily, "ScheduleExpressionTimezone") == "Etc/UTC"
    assert dig(daily, "State") == "ENABLED"
    function = found_id(curation, "AWS::Lambda::Function", "ReconcileDaily")
    assert dig(daily, "Target", "Arn") == f"${{{function}.Arn}}"
    assert dig(daily, "Target", "Input") == "{}"


@pytest.mark.parametrize("schedule_id", ["Weekly", "Daily"])
def test_what_cannot_be_started_is_tried_for_an_hour_and_kept(schedule_id: str, curation: SynthesizedStack) -> None:
    schedule = properties(curation, "AWS::Scheduler::Schedule", schedule_id)
    assert dig(schedule, "Target", "RetryPolicy") == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 3}
    queue = f"${{{only_id(curation, 'AWS::SQS::Queue')}.Arn}}"
    assert dig(schedule, "Target", "DeadLetterConfig") == {"Arn": queue}


@pytest.mark.parametrize("name", ["CurateWeek", "ReconcileDaily"])
def test_what_fails_is_tried_once_more_and_kept_in_the_same_queue(name: str, curation: SynthesizedStack) -> None:
    invoke = properties(curation, "AWS::Lambda::EventInvokeConfig", name)
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


def test_the_reconciliation_knows_what_it_compares_and_whom_it_asks(curation: SynthesizedStack) -> None:
    function = properties(curation, "AWS::Lambda::Function", "ReconcileDaily")
    assert dig(function, "FunctionName") == "ReconcileDaily"
    assert dig(function, "Handler") == "lambdas.reconcile_daily.handler.handler"
    assert dig(function, "MemorySize") == 1769
    assert dig(function, "EphemeralStorage") == {"Size": 2048}
    assert dig(function, "Timeout") == 900
    assert dig(function, "Environment", "Variables") == {
        "LAKE_BUCKET": BUCKET,
        "RUNS_TABLE": "SocraticBench-Runs",
        "INDEX_RUN": "IndexRun",
        "METRIC_NAMESPACE": "SocraticBench",
    }


def test_the_reconciliation_reads_and_asks_and_writes_nothing(curation: SynthesizedStack) -> None:
    bucket = f"arn:aws:s3:::{BUCKET}"
    rows = allowed(curation, "ReconcileDaily")
    assert [row for row in rows if "sqs" not in str(row) and "logs" not in str(row)] == [
        {
            "Effect": "Allow",
            "Action": "s3:ListBucketVersions",
            "Resource": bucket,
            "Condition": {"StringLike": {"s3:prefix": "raw/*"}},
        },
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket,
            "Condition": {"StringLikeIfExists": {"s3:prefix": ["raw/*", "curated/*"]}},
        },
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{bucket}/curated/*", f"{bucket}/raw/*"]},
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Scan"],
            "Resource": "arn:aws:dynamodb:us-east-1:${AWS::AccountId}:table/SocraticBench-Runs",
        },
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": "arn:aws:lambda:us-east-1:${AWS::AccountId}:function:IndexRun",
        },
    ]


@pytest.mark.parametrize("name", ["CurateWeek", "ReconcileDaily"])
def test_roles_otherwise_only_log_and_send_dead_letters(name: str, curation: SynthesizedStack) -> None:
    queue, logs = only_id(curation, "AWS::SQS::Queue"), found_id(curation, "AWS::Logs::LogGroup", name)
    others = [row for row in allowed(curation, name) if not re.search("s3:|lambda:|dynamodb:", str(row))]
    assert {str(row["Resource"]) for row in others} == {f"${{{queue}.Arn}}", f"${{{logs}.Arn}}"}


def test_schedules_invoke_their_functions_and_send_dead_letters_alone(curation: SynthesizedStack) -> None:
    queue = only_id(curation, "AWS::SQS::Queue")
    for name, schedule in (("CurateWeek", "Weekly"), ("ReconcileDaily", "Daily")):
        role = dig(properties(curation, "AWS::Scheduler::Schedule", schedule), "Target", "RoleArn")
        function = found_id(curation, "AWS::Lambda::Function", name)
        assert allowed(curation, str(role).removeprefix("${").partition(".")[0]) == [
            {
                "Effect": "Allow",
                "Action": "lambda:InvokeFunction",
                "Resource": [f"${{{function}.Arn}}", f"${{{function}.Arn}}:*"],
            },
            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": f"${{{queue}.Arn}}"},
        ]
