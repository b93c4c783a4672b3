"""The replica holds the bucket and nothing that acts on it."""

from tests.stacks.synthesis import SynthesizedStack, rows


def test_replica_holds_only_a_bucket_and_its_policy(replica: SynthesizedStack) -> None:
    types = sorted(str(resource["Type"]) for resource in replica.every_resource.values())
    assert types == ["AWS::S3::Bucket", "AWS::S3::BucketPolicy"]


def test_nothing_expires_or_moves_in_the_replica(replica: SynthesizedStack) -> None:
    bucket = replica.only("AWS::S3::Bucket")
    (rule,) = rows(bucket, "Properties", "LifecycleConfiguration", "Rules")
    assert rule["Id"] == "AbortIncompleteUploads"
