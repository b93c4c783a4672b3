"""The run index: the table, the functions, what they may do, and where their failures go."""

import pytest

from tests.stacks.synthesis import BUCKET, Json, SynthesizedStack, dig, rows


@pytest.fixture(scope="module")
def table(index: SynthesizedStack) -> object:
    return index.only("AWS::DynamoDB::Table")["Properties"]


@pytest.fixture(scope="module")
def function(index: SynthesizedStack) -> object:
    return of("IndexRun", index, "AWS::Lambda::Function")["Properties"]


def id_of(function: str, index: SynthesizedStack, resource_type: str) -> str:
    """Return the logical id of the function's only resource of a type."""
    (found,) = (logical_id for logical_id in index.resources(resource_type) if logical_id.startswith(function))
    return found


def of(function: str, index: SynthesizedStack, resource_type: str) -> Json:
    return index.every_resource[id_of(function, index, resource_type)]


def permissions(function: str, index: SynthesizedStack) -> list[Json]:
    """Return what the function's role allows, without Sids."""
    policy = of(function, index, "AWS::IAM::Policy")
    found = rows(policy, "Properties", "PolicyDocument", "Statement")
    return [{key: value for key, value in row.items() if key != "Sid"} for row in found]


each_function = pytest.mark.parametrize("name", ["IndexRun", "WatchCalibration"])


def test_table_is_keyed_by_run_and_object(table: object) -> None:
    assert dig(table, "TableName") == "SocraticBench-Runs"
    assert dig(table, "KeySchema") == [
        {"AttributeName": "run_id", "KeyType": "HASH"},
        {"AttributeName": "object_key", "KeyType": "RANGE"},
    ]
    assert dig(table, "BillingMode") == "PAY_PER_REQUEST"


def test_table_is_recoverable_and_protected_from_deletion(table: object) -> None:
    assert dig(table, "PointInTimeRecoverySpecification") == {"PointInTimeRecoveryEnabled": True}
    assert dig(table, "DeletionProtectionEnabled") is True


@pytest.mark.parametrize(
    ("name", "partition", "sort", "projected"),
    [
        (
            "HalfLifeIndex",
            "week",
            ("half_life_turn", "N"),
            {"status", "turn_count", "mean_score", "compliance_rate"},
        ),
        (
            "ComplianceIndex",
            "week_phase",
            ("compliance_rate", "N"),
            {"status", "turn_count", "mean_score", "half_life_turn"},
        ),
        (
            "ModelDateIndex",
            "model",
            ("dt", "S"),
            {"status", "turn_count", "mean_score", "compliance_rate", "half_life_turn"},
        ),
    ],
)
def test_index_answers_its_access_pattern(
    table: object, name: str, partition: str, sort: tuple[str, str], projected: set[str]
) -> None:
    (found,) = (row for row in rows(table, "GlobalSecondaryIndexes") if row["IndexName"] == name)
    assert found["KeySchema"] == [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort[0], "KeyType": "RANGE"},
    ]
    assert dig(found, "Projection", "ProjectionType") == "INCLUDE"
    assert {str(row) for row in rows(found, "Projection", "NonKeyAttributes")} == projected
    types = {row["AttributeName"]: row["AttributeType"] for row in rows(table, "AttributeDefinitions")}
    assert types[partition] == "S"
    assert types[sort[0]] == sort[1]


def test_there_are_three_secondary_indexes(table: object) -> None:
    assert len(rows(table, "GlobalSecondaryIndexes")) == 3


def test_function_is_index_run_with_time_and_cpu_for_large_objects(function: object) -> None:
    assert dig(function, "FunctionName") == "IndexRun"
    assert dig(function, "Handler") == "lambdas.index_run.handler.handler"
    assert dig(function, "Timeout") == 900
    assert dig(function, "MemorySize") == 1024
    assert "ReservedConcurrentExecutions" not in str(function)


def test_function_knows_bucket_table_and_projected_ranges(function: object, index: SynthesizedStack) -> None:
    (table_id,) = index.resources("AWS::DynamoDB::Table")
    assert dig(function, "Environment", "Variables") == {
        "LAKE_BUCKET": BUCKET,
        "RUNS_TABLE": f"${{{table_id}}}",
        "FIRST_DT": "2025-01-01",
        "FIRST_WEEK": "2025-W01",
        "METRIC_NAMESPACE": "SocraticBench",
    }


def test_calibration_is_watched_by_a_small_function(index: SynthesizedStack) -> None:
    watch = of("WatchCalibration", index, "AWS::Lambda::Function")["Properties"]
    assert dig(watch, "FunctionName") == "WatchCalibration"
    assert dig(watch, "Handler") == "lambdas.watch_calibration.handler.handler"
    assert dig(watch, "Timeout") == 60
    assert dig(watch, "Environment", "Variables") == {"LAKE_BUCKET": BUCKET, "METRIC_NAMESPACE": "SocraticBench"}


@each_function
def test_failed_events_end_in_the_dead_letter_queue(index: SynthesizedStack, name: str) -> None:
    (queue_id,) = index.resources("AWS::SQS::Queue")
    invoke = dig(of(name, index, "AWS::Lambda::EventInvokeConfig"), "Properties")
    assert dig(invoke, "DestinationConfig") == {"OnFailure": {"Destination": f"${{{queue_id}.Arn}}"}}
    assert dig(invoke, "MaximumRetryAttempts") == 2
    assert dig(invoke, "MaximumEventAgeInSeconds") == 21600


def test_dead_letters_are_kept_14_days_encrypted(index: SynthesizedStack) -> None:
    queue = dig(index.only("AWS::SQS::Queue"), "Properties")
    assert queue == {
        "QueueName": "SocraticBench-IndexDeadLetters",
        "MessageRetentionPeriod": 14 * 24 * 60 * 60,
        "SqsManagedSseEnabled": True,
    }


def test_dead_letters_take_no_plain_http(index: SynthesizedStack) -> None:
    (queue_id,) = index.resources("AWS::SQS::Queue")
    policy = dig(index.only("AWS::SQS::QueuePolicy"), "Properties")
    assert dig(policy, "Queues") == [f"${{{queue_id}}}"]
    assert rows(policy, "PolicyDocument", "Statement") == [
        {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "sqs:*",
            "Resource": f"${{{queue_id}.Arn}}",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


@each_function
def test_bucket_alone_may_invoke_a_function(index: SynthesizedStack, name: str) -> None:
    assert of(name, index, "AWS::Lambda::Permission")["Properties"] == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": f"${{{id_of(name, index, 'AWS::Lambda::Function')}.Arn}}",
        "Principal": "s3.amazonaws.com",
        "SourceAccount": "${AWS::AccountId}",
        "SourceArn": f"arn:aws:s3:::{BUCKET}",
    }


@pytest.mark.parametrize(("name", "prefix"), [("IndexRun", "raw/"), ("WatchCalibration", "calibration/results/")])
def test_role_reads_what_is_announced_to_its_function_alone(index: SynthesizedStack, name: str, prefix: str) -> None:
    assert [row for row in permissions(name, index) if "s3:" in str(row["Action"])] == [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": f"arn:aws:s3:::{BUCKET}/{prefix}*",
        },
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{BUCKET}",
            "Condition": {"StringLikeIfExists": {"s3:prefix": f"{prefix}*"}},
        },
    ]


def test_index_run_writes_single_items_of_the_table(index: SynthesizedStack) -> None:
    (table_id,) = index.resources("AWS::DynamoDB::Table")
    assert [row for row in permissions("IndexRun", index) if "dynamodb:" in str(row["Action"])] == [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"],
            "Resource": f"${{{table_id}.Arn}}",
        }
    ]


@each_function
def test_role_otherwise_only_logs_and_sends_dead_letters(index: SynthesizedStack, name: str) -> None:
    (queue_id,) = index.resources("AWS::SQS::Queue")
    logs_id = id_of(name, index, "AWS::Logs::LogGroup")
    others = [row for row in permissions(name, index) if not {"s3", "dynamodb"} & services(row)]
    assert {str(row["Resource"]) for row in others} == {f"${{{queue_id}.Arn}}", f"${{{logs_id}.Arn}}"}
    assert set.union(*map(services, others)) == {"sqs", "logs"}
    role = of(name, index, "AWS::IAM::Role")
    assert "ManagedPolicyArns" not in str(role)


def test_calibration_is_watched_without_the_table(index: SynthesizedStack) -> None:
    assert "dynamodb" not in str(permissions("WatchCalibration", index))


def services(statement: Json) -> set[str]:
    actions = statement["Action"]
    return {str(action).split(":")[0] for action in (actions if isinstance(actions, list) else [actions])}
