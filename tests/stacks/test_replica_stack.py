"""The replica holds the bucket, and what a loss of us-east-1 needs beforehand."""

from schemas.keys.layout import RUN_PREFIXES
from tests.stacks.constructs.test_lifecycle import lifecycle
from tests.stacks.synthesis import REPLICA, Json, SynthesizedStack, allowed, rows


def statements(replica: SynthesizedStack) -> dict[str, Json]:
    role = replica.only("AWS::IAM::Role")
    found = rows(role, "Properties", "Policies", 0, "PolicyDocument", "Statement")
    return {str(statement["Sid"]): statement for statement in found}


def test_replica_holds_a_bucket_its_policy_and_the_recovery_role(replica: SynthesizedStack) -> None:
    types = sorted(str(resource["Type"]) for resource in replica.every_resource.values())
    assert types == ["AWS::IAM::Role", "AWS::S3::Bucket", "AWS::S3::BucketPolicy"]


def test_runs_expire_and_move_in_the_replica_as_in_the_primary(
    replica: SynthesizedStack, storage: SynthesizedStack
) -> None:
    assert lifecycle(replica) == lifecycle(storage)


def test_nobody_hears_of_the_replicas_objects_before_a_recovery(replica: SynthesizedStack) -> None:
    assert "NotificationConfiguration" not in str(replica.only("AWS::S3::Bucket"))


def test_the_recovery_role_may_what_index_run_may_in_its_region(
    replica: SynthesizedStack, index: SynthesizedStack
) -> None:
    (written,) = [found for found in allowed(index, "IndexRun") if "dynamodb" in str(found)]
    found = statements(replica)
    assert found["WriteItems"]["Action"] == written["Action"]
    assert found["WriteItems"]["Resource"] == (
        "arn:aws:dynamodb:us-west-2:${AWS::AccountId}:table/SocraticBench-Runs"
    )
    assert found["ReadObjects"]["Resource"] == [f"arn:aws:s3:::{REPLICA}/{prefix}*" for prefix in RUN_PREFIXES]
    assert found["TellGoneFromDenied"]["Resource"] == f"arn:aws:s3:::{REPLICA}"
    assert found["SendDeadLetters"]["Resource"] == (
        "arn:aws:sqs:us-west-2:${AWS::AccountId}:SocraticBench-IndexDeadLetters"
    )
    assert found["WriteLogs"]["Resource"] == (
        "arn:aws:logs:us-west-2:${AWS::AccountId}:log-group:SocraticBenchIndex-IndexRun*"
    )
