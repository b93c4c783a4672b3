from tools.local.readback.functions import permission_properties
from tools.local.readback.s3 import lifecycle_rule, notification_targets, replication_rule


def test_lifecycle_rule_reads_back_as_cloudformation_writes_it() -> None:
    reported = {
        "ID": "ExpireScores",
        "Status": "Enabled",
        "Filter": {"And": {"Prefix": "scores/", "ObjectSizeGreaterThan": 0, "Tags": [{"Key": "a", "Value": "b"}]}},
        "Transitions": [{"Days": 180, "StorageClass": "GLACIER"}],
        "NoncurrentVersionTransitions": [{"NoncurrentDays": 3, "StorageClass": "GLACIER"}],
        "Expiration": {"Days": 365},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    assert lifecycle_rule(reported) == {
        "Id": "ExpireScores",
        "Status": "Enabled",
        "Prefix": "scores/",
        "TagFilters": [{"Key": "a", "Value": "b"}],
        "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 180}],
        "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER", "TransitionInDays": 3}],
        "ExpirationInDays": 365,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }


def test_replication_rule_reads_back_as_cloudformation_writes_it() -> None:
    destination = {"Bucket": "arn:aws:s3:::replica", "Metrics": {"Status": "Enabled"}}
    reported = {
        "ID": "config",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": "config/"},
        "Destination": destination,
        "DeleteMarkerReplication": {"Status": "Disabled"},
    }
    assert replication_rule(reported) == {
        "Id": "config",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": "config/"},
        "Destination": destination,
        "DeleteMarkerReplication": {"Status": "Disabled"},
    }


def test_notification_reads_back_one_configuration_an_event_and_without_its_generated_id() -> None:
    rules = [{"Name": "Prefix", "Value": "raw/"}, {"Name": "Suffix", "Value": ".jsonl"}]
    reported = [
        {
            "Id": "generated",
            "LambdaFunctionArn": "arn:f",
            "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
            "Filter": {"Key": {"FilterRules": rules}},
        }
    ]
    found = notification_targets(reported, "LambdaFunctionArn", "Function")
    named = [{"Name": "prefix", "Value": "raw/"}, {"Name": "suffix", "Value": ".jsonl"}]
    assert found == [
        {"Event": event, "Function": "arn:f", "Filter": {"S3Key": {"Rules": named}}}
        for event in ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
    ]


def test_statement_reads_back_as_the_permission_that_made_it() -> None:
    statement = {
        "Sid": "x",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Condition": {
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::lake"},
            "StringEquals": {"AWS:SourceAccount": "111122223333"},
        },
    }
    assert permission_properties(statement) == {
        "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com",
        "SourceArn": "arn:aws:s3:::lake",
        "SourceAccount": "111122223333",
    }
