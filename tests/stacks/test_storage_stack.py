"""Who hears of new objects."""

from tests.stacks.synthesis import SynthesizedStack, dig


def test_runs_and_canary_results_are_announced_to_their_functions_natively(storage: SynthesizedStack) -> None:
    bucket = storage.only("AWS::S3::Bucket")
    assert dig(bucket, "Properties", "NotificationConfiguration") == {
        "LambdaConfigurations": [
            {
                "Event": "s3:ObjectCreated:*",
                "Function": "arn:aws:lambda:us-east-1:${AWS::AccountId}:function:IndexRun",
                "Filter": {
                    "S3Key": {"Rules": [{"Name": "prefix", "Value": "raw/"}, {"Name": "suffix", "Value": ".jsonl"}]}
                },
            },
            {
                "Event": "s3:ObjectCreated:*",
                "Function": "arn:aws:lambda:us-east-1:${AWS::AccountId}:function:WatchCalibration",
                "Filter": {
                    "S3Key": {
                        "Rules": [
                            {"Name": "prefix", "Value": "calibration/results/"},
                            {"Name": "suffix", "Value": ".json"},
                        ]
                    }
                },
            },
        ]
    }


def test_storage_holds_a_bucket_its_policy_and_the_replication_role(storage: SynthesizedStack) -> None:
    assert sorted(str(resource["Type"]) for resource in storage.every_resource.values()) == [
        "AWS::IAM::Role",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
    ]
