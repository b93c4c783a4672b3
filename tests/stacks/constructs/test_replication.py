"""Replication: what is copied, how fast, and by whom."""

from typing import cast

from schemas.keys.layout import COMPARED_PREFIXES
from tests.stacks.synthesis import BUCKET, REPLICA, Json, SynthesizedStack, dig, rows, synthesize

PREFIXES = ["config/", "calibration/", "manifests/", "erasures/"]


def replication(storage: SynthesizedStack) -> list[Json]:
    return rows(storage.only("AWS::S3::Bucket"), "Properties", "ReplicationConfiguration", "Rules")


def test_the_registry_manifests_calibration_and_erasures_are_replicated_and_nothing_else(
    storage: SynthesizedStack,
) -> None:
    assert [dig(rule, "Filter") for rule in replication(storage)] == [{"Prefix": prefix} for prefix in PREFIXES]
    assert {rule["Status"] for rule in replication(storage)} == {"Enabled"}


def test_time_control_and_metrics_are_where_replication_alone_makes_the_copy(storage: SynthesizedStack) -> None:
    for rule in replication(storage):
        timed = {
            "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
            "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
        }
        is_timed = rule["Filter"] == {"Prefix": "calibration/"}
        assert rule["Destination"] == {"Bucket": f"arn:aws:s3:::{REPLICA}", **(timed if is_timed else {})}


def test_what_has_no_time_control_is_compared_every_day(storage: SynthesizedStack) -> None:
    untimed = {
        dig(rule, "Filter", "Prefix")
        for rule in replication(storage)
        if "ReplicationTime" not in cast("Json", rule["Destination"])
    }
    assert untimed == {*COMPARED_PREFIXES}


def test_deletes_are_not_replicated(storage: SynthesizedStack) -> None:
    assert all(rule["DeleteMarkerReplication"] == {"Status": "Disabled"} for rule in replication(storage))


def test_role_reads_and_writes_the_replicated_prefixes_alone(storage: SynthesizedStack) -> None:
    role = storage.only("AWS::IAM::Role")
    assert rows(role, "Properties", "Policies", 0, "PolicyDocument", "Statement") == [
        {
            "Effect": "Allow",
            "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
            "Resource": f"arn:aws:s3:::{BUCKET}",
        },
        {
            "Effect": "Allow",
            "Action": [
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionTagging",
            ],
            "Resource": [f"arn:aws:s3:::{BUCKET}/{prefix}*" for prefix in sorted(PREFIXES)],
        },
        {
            "Effect": "Allow",
            "Action": ["s3:ReplicateObject", "s3:ReplicateTags"],
            "Resource": [f"arn:aws:s3:::{REPLICA}/{prefix}*" for prefix in sorted(PREFIXES)],
        },
    ]


def test_role_has_no_other_permissions(storage: SynthesizedStack) -> None:
    role = storage.only("AWS::IAM::Role")
    assert len(rows(role, "Properties", "Policies")) == 1
    assert "ManagedPolicyArns" not in str(role)
    assert not storage.resources("AWS::IAM::Policy")


def test_raw_and_scores_are_replicated_where_a_deployment_chooses_to() -> None:
    storage = synthesize(replicate_raw="true")["SocraticBenchStorage"]
    prefixes = [*PREFIXES, "raw/", "scores/"]
    assert [dig(rule, "Filter") for rule in replication(storage)] == [{"Prefix": prefix} for prefix in prefixes]
    assert len({rule["Priority"] for rule in replication(storage)}) == len(prefixes)
    role = storage.only("AWS::IAM::Role")
    statements = rows(role, "Properties", "Policies", 0, "PolicyDocument", "Statement")
    assert [dig(it, "Resource") for it in statements[1:]] == [
        [f"arn:aws:s3:::{bucket}/{prefix}*" for prefix in sorted(prefixes)] for bucket in (BUCKET, REPLICA)
    ]


def test_storage_and_its_alarms_alone_change_where_raw_is_replicated(storage: SynthesizedStack) -> None:
    chosen = synthesize(replicate_raw="true")
    assert {name for name, stack in synthesize().items() if stack != chosen[name]} == {
        "SocraticBenchStorage",
        "SocraticBenchObservability",
        "SocraticBenchReplicaObservability",
    }
    # A rule that is there keeps its priority and its id.
    assert replication(chosen["SocraticBenchStorage"])[: len(PREFIXES)] == replication(storage)
