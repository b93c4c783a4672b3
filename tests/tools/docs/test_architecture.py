"""The picture, over templates small enough to see each box and arrow."""

from collections.abc import Mapping

import pytest

from tools.docs.architecture import picture
from tools.templates.model import Json, Lake, Stack, mapping, plain

REPLICA = "arn:aws:s3:::lake-west"
FUNCTION = "arn:aws:lambda:us-east-1:1:function:Index"
BUCKET = {
    "Type": "AWS::S3::Bucket",
    "Properties": {
        "BucketName": "lake",
        "NotificationConfiguration": {
            "LambdaConfigurations": [
                {"Function": FUNCTION, "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "raw/"}]}}}
            ]
        },
        "ReplicationConfiguration": {
            "Rules": [{"Filter": {"Prefix": "config/"}, "Destination": {"Bucket": REPLICA}}]
        },
    },
}
INDEX = {
    "Fn0A1B2C3D": {
        "Type": "AWS::Lambda::Function",
        "Properties": {"FunctionName": "Index", "Role": {"Fn::GetAtt": ["Role", "Arn"]}},
    },
    "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
    "Policy": {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "Roles": [{"Ref": "Role"}],
            "PolicyDocument": {
                "Statement": [
                    {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::lake/raw/*"},
                    {"Action": ["dynamodb:PutItem"], "Resource": {"Fn::GetAtt": ["Runs", "Arn"]}},
                    {"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::lake"},
                ]
            },
        },
    },
    "Invoke": {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {
            "FunctionName": {"Ref": "Fn0A1B2C3D"},
            "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["Dead", "Arn"]}}},
        },
    },
    "Parts": {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"StateMachineName": "Parts", "RoleArn": {"Fn::GetAtt": ["PartsRole", "Arn"]}},
    },
    "PartsRole": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "Policies": [
                {
                    "PolicyDocument": {
                        "Statement": {
                            "Effect": "Allow",
                            "Action": "lambda:InvokeFunction",
                            "Resource": {"Fn::GetAtt": ["Fn0A1B2C3D", "Arn"]},
                        }
                    }
                }
            ]
        },
    },
    "Dead": {"Type": "AWS::SQS::Queue", "Properties": {}},
    "Runs": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "Runs"}},
    "Weekly": {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "ScheduleExpression": "rate(7 days)",
            "Target": {"Arn": {"Fn::GetAtt": ["Fn0A1B2C3D", "Arn"]}},
        },
    },
    "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmActions": [{"Ref": "Topic"}]}},
    "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "Alerts"}},
    "Table": {
        "Type": "AWS::Glue::Table",
        "Properties": {"TableInput": {"StorageDescriptor": {"Location": "s3://lake/scores/x/"}}},
    },
}
# What QuickSight asks the workgroup of, and an alarm to the topic by its name, which another Region has too.
LOOKED_AT = {
    "Alarm": {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {"AlarmActions": ["arn:aws:sns:us-east-1:1:Alerts"]},
    },
    "Clients": {"Type": "AWS::Athena::WorkGroup", "Properties": {"Name": "clients"}},
    "Source": {
        "Type": "AWS::QuickSight::DataSource",
        "Properties": {"Name": "source", "DataSourceParameters": {"AthenaParameters": {"WorkGroup": "clients"}}},
    },
    "Weeks": {
        "Type": "AWS::QuickSight::DataSet",
        "Properties": {
            "DataSetId": "weeks",
            "Name": "Weeks",
            "PhysicalTableMap": {"weeks": {"CustomSql": {"DataSourceArn": {"Fn::GetAtt": ["Source", "Arn"]}}}},
        },
    },
    "Board": {
        "Type": "AWS::QuickSight::Dashboard",
        "Properties": {
            "Name": "board",
            "Definition": {
                "DataSetIdentifierDeclarations": [
                    {"Identifier": "weeks", "DataSetArn": {"Fn::GetAtt": ["Weeks", "Arn"]}}
                ]
            },
        },
    },
    "Refresh": {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "ScheduleExpression": "rate(8 days)",
            "Target": {"Arn": "arn:aws:scheduler:::x", "Input": '{"DataSetId":"weeks"}'},
        },
    },
}
LAKE = {
    "Compute": INDEX,
    "LookedAt": LOOKED_AT,
    # Its queue has the logical id of another stack's.
    "Storage": {"Bucket": BUCKET, "Dead": INDEX["Dead"]},
    "SocraticBenchReplica": {
        "Bucket": {**BUCKET, "Properties": {"BucketName": "lake-west"}},
        "Topic": INDEX["Topic"],
    },
}


def lake(stacks: Mapping[str, Json]) -> Lake:
    return Lake([Stack(name, mapping(plain({"Resources": found}))) for name, found in stacks.items()])


STACKS = lake(LAKE)


@pytest.mark.parametrize(
    "line",
    [
        'subgraph us_east_1["us-east-1"]',
        'subgraph us_west_2["us-west-2"]',
        'Compute_Fn["function<br/>Index"]',
        'Compute_Dead[["queue<br/>Dead"]]',
        'Storage_Bucket[("bucket<br/>lake")]',
        'Compute_AWS_IAM_Role["2 roles"]',
        'Compute_Parts[/"state machine<br/>Parts"/]',
        'Storage_Bucket ==>|"new raw/"| Compute_Fn',
        'Storage_Bucket ==>|"copies config/"| SocraticBenchReplica_Bucket',
        'Compute_Weekly ==>|"rate(7 days)"| Compute_Fn',
        'Compute_Fn -->|"failed"| Compute_Dead',
        'Compute_Fn -.->|"raw/"| Storage_Bucket',
        "Compute_Fn --> Compute_Runs",
        "Compute_Parts ==> Compute_Fn",
        "Compute_AWS_CloudWatch_Alarm ==> Compute_Topic",
        'Compute_AWS_Glue_Table -.->|"scores/"| Storage_Bucket',
        "LookedAt_AWS_CloudWatch_Alarm ==> Compute_Topic",
        "LookedAt_Board -.-> LookedAt_Weeks",
        "LookedAt_Weeks -.-> LookedAt_Source",
        "LookedAt_Source -.-> LookedAt_Clients",
        'LookedAt_Refresh ==>|"rate(8 days)"| LookedAt_Weeks',
    ],
)
def test_what_templates_say_is_drawn(line: str) -> None:
    assert line in [each.strip() for each in picture(STACKS).splitlines()]


def test_nothing_else_is_an_arrow() -> None:
    arrows = [line for line in picture(STACKS).splitlines() if " --> " in line or "==>" in line or "-->|" in line]
    assert len(arrows) == 9


def test_the_order_of_stacks_and_resources_changes_nothing() -> None:
    turned = lake({name: dict(reversed([*found.items()])) for name, found in LAKE.items()})
    assert picture(turned) == picture(STACKS)
