"""Small hand-made stacks that touch every gap which the launcher fills."""

import textwrap

ACCOUNT = "111122223333"
LAKE = f"lake-{ACCOUNT}"
REPLICA = f"lake-{ACCOUNT}-us-west-2"

HANDLER = """
    import os
    from urllib.parse import unquote_plus

    import botocore.exceptions
    import botocore.session


    def handler(event, context):
        stored = event["Records"][0]["s3"]["object"]
        if "poison" in stored["key"]:
            raise ValueError("poisoned")
        client = botocore.session.Session().create_client("dynamodb")
        key = {"version": {"S": stored["versionId"]}}
        try:
            client.delete_item(TableName=os.environ["TABLE"], Key=key)
            refusal = "none"
        except botocore.exceptions.ClientError as error:
            refusal = error.response["Error"]["Code"]
        item = {"key": unquote_plus(stored["key"]), "raw_key": stored["key"], "sequencer": stored["sequencer"]}
        values = {name: {"S": value} for name, value in {**item, "refusal": refusal}.items()}
        client.put_item(TableName=os.environ["TABLE"], Item={**key, **values})
"""


def bucket(name: str, **properties: object) -> dict[str, object]:
    block = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    default = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    common = {
        "BucketName": name,
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [default]},
        "PublicAccessBlockConfiguration": dict.fromkeys(block, True),
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    }
    return {"Type": "AWS::S3::Bucket", "Properties": {**common, **properties}}


POLICY = [
    {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{LAKE}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
]


def trusted_role(name: str, principal: dict[str, str], *statements: dict[str, object]) -> dict[str, object]:
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    policy = {"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}
    properties = {
        "RoleName": name,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [policy],
    }
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def allow(action: str | list[str], resource: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


LIFECYCLE = {
    "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
    "Rules": [
        {
            "Id": "ArchiveRawTurns",
            "Status": "Enabled",
            "Prefix": "raw/",
            "Transitions": [{"StorageClass": "DEEP_ARCHIVE", "TransitionInDays": 365}],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        },
        {"Id": "Abort", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    ],
}

REPLICATION = {
    "Role": {"Fn::GetAtt": ["Replication", "Arn"]},
    "Rules": [
        {
            "Id": "config",
            "Priority": 1,
            "Status": "Enabled",
            "Filter": {"Prefix": "config/"},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {
                "Bucket": f"arn:aws:s3:::{REPLICA}",
                "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
                "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
            },
        }
    ],
}

NOTIFICATION = {
    "LambdaConfigurations": [
        {
            "Event": "s3:ObjectCreated:*",
            "Function": {"Fn::GetAtt": ["Function", "Arn"]},
            "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "raw/"}]}},
        }
    ]
}

TABLE = {
    "TableName": "Seen",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("version", "key")],
    "KeySchema": [{"AttributeName": "version", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "ByKey",
            "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["sequencer", "refusal"]},
        }
    ],
    "DeletionProtectionEnabled": True,
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    "TimeToLiveSpecification": {"AttributeName": "gone_at", "Enabled": True},
}

FUNCTION = {
    "FunctionName": "Index",
    "Runtime": "python3.13",
    "Handler": "index.handler",
    "Role": {"Fn::GetAtt": ["FunctionRole", "Arn"]},
    "Code": {"ZipFile": textwrap.dedent(HANDLER)},
    "Architectures": ["arm64"],
    "MemorySize": 1024,
    "Timeout": 30,
    "ReservedConcurrentExecutions": 3,
    "Environment": {"Variables": {"TABLE": {"Ref": "Table"}}},
    "LoggingConfig": {"LogGroup": {"Ref": "Logs"}},
}

INVOCATIONS = {
    "FunctionName": {"Ref": "Function"},
    "Qualifier": "$LATEST",
    "MaximumRetryAttempts": 1,
    "MaximumEventAgeInSeconds": 3600,
    "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}},
}

PERMISSION = {
    "Action": "lambda:InvokeFunction",
    "FunctionName": {"Fn::GetAtt": ["Function", "Arn"]},
    "Principal": "s3.amazonaws.com",
    "SourceAccount": {"Ref": "AWS::AccountId"},
    "SourceArn": f"arn:aws:s3:::{LAKE}",
}

_JSON_SERDE = {
    "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
    "Parameters": {"ignore.malformed.json": "true"},
}

GLUE_TABLE: dict[str, object] = {
    "Name": "turns",
    "Description": "Turns.",
    "TableType": "EXTERNAL_TABLE",
    "Parameters": {"projection.enabled": "true", "projection.dt.type": "date"},
    "PartitionKeys": [{"Name": name, "Type": "string", "Comment": f"{name}."} for name in ("dt", "model")],
    "StorageDescriptor": {
        "Columns": [{"Name": name, "Type": "bigint", "Comment": f"{name}."} for name in ("turn", "score")],
        "Location": f"s3://{LAKE}/raw/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": _JSON_SERDE,
    },
}

GLUE_VIEW: dict[str, object] = {
    "Name": "runs",
    "TableType": "VIRTUAL_VIEW",
    "Parameters": {"presto_view": "true"},
    "PartitionKeys": [],
    "ViewOriginalText": "/* Presto View: e30= */",
    "ViewExpandedText": "/* Presto View */",
    "StorageDescriptor": {"Columns": [{"Name": "turn", "Type": "bigint"}], "SerdeInfo": {}},
}

WORKGROUP = {
    "Name": "lake",
    "Description": "Queries.",
    "WorkGroupConfiguration": {
        "EnforceWorkGroupConfiguration": True,
        "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
        "ManagedQueryResultsConfiguration": {"Enabled": True},
        "BytesScannedCutoffPerQuery": 10_000_000,
        "PublishCloudWatchMetricsEnabled": True,
    },
}

NAMED_QUERY = {
    "Name": "count",
    "Description": "Counts turns.",
    "Database": {"Ref": "Database"},
    "WorkGroup": {"Ref": "Workgroup"},
    "QueryString": "SELECT count(*) FROM turns",
}


def glue_table(table_input: dict[str, object]) -> dict[str, object]:
    properties = {
        "CatalogId": {"Ref": "AWS::AccountId"},
        "DatabaseName": {"Ref": "Database"},
        "TableInput": table_input,
    }
    return {"Type": "AWS::Glue::Table", "Properties": properties}


_SERVICE = {"Service": "lambda.amazonaws.com"}
_ACCOUNT_ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
_TABLE_ARN = {"Fn::GetAtt": ["Table", "Arn"]}
_QUEUE_ARN = {"Fn::GetAtt": ["DeadLetters", "Arn"]}

REPLICA_TEMPLATE: dict[str, object] = {"Resources": {"Replica": bucket(REPLICA)}}

TOPIC_STATEMENT = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudwatch.amazonaws.com"},
    "Action": "sns:Publish",
    "Resource": {"Ref": "Topic"},
}

COMPARED = {
    "AlarmActions": [{"Ref": "Topic"}],
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 0.5,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "TreatMissingData": "notBreaching",
}
ALARM = {
    **COMPARED,
    "AlarmDescription": "It fails.",
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Dimensions": [{"Name": "FunctionName", "Value": "Index"}],
    "Statistic": "Sum",
    "Period": 300,
}
MATH_ALARM = {
    **COMPARED,
    "Metrics": [
        {"Id": "share", "Expression": "100 * errors", "ReturnData": True},
        {
            "Id": "errors",
            "MetricStat": {"Metric": {"Namespace": "Lake", "MetricName": "Errors"}, "Period": 60, "Stat": "Sum"},
            "ReturnData": False,
        },
    ],
}

LAKE_TEMPLATE: dict[str, object] = {
    "Resources": {
        "Writer": trusted_role("writer", _ACCOUNT_ROOT, allow("s3:*", "*")),
        "Replication": trusted_role("replication", {"Service": "s3.amazonaws.com"}, allow("s3:ReplicateObject", "*")),
        "FunctionRole": trusted_role(
            "index", _SERVICE, allow("dynamodb:PutItem", _TABLE_ARN), allow("sqs:SendMessage", _QUEUE_ARN)
        ),
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alerts", "DisplayName": "Alerts"}},
        "TopicPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": {"Statement": [TOPIC_STATEMENT]}},
        },
        "Reader": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": "on-call@example.com"},
        },
        "Errors": {"Type": "AWS::CloudWatch::Alarm", "Properties": ALARM},
        "Share": {"Type": "AWS::CloudWatch::Alarm", "Properties": MATH_ALARM},
        "Dashboard": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {"DashboardName": "lake", "DashboardBody": {"Fn::Sub": '{"alarm": "${Errors.Arn}"}'}},
        },
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/index", "RetentionInDays": 90}},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": TABLE},
        "DeadLetters": {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 1209600}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": FUNCTION},
        "Invocations": {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": INVOCATIONS},
        "Permission": {"Type": "AWS::Lambda::Permission", "Properties": PERMISSION},
        "Lake": {
            **bucket(
                LAKE,
                LifecycleConfiguration=LIFECYCLE,
                ReplicationConfiguration=REPLICATION,
                NotificationConfiguration=NOTIFICATION,
            ),
            "DependsOn": ["Permission"],
        },
        "Database": {
            "Type": "AWS::Glue::Database",
            "Properties": {
                "CatalogId": {"Ref": "AWS::AccountId"},
                "DatabaseInput": {"Name": "lake", "Description": "The lake."},
            },
        },
        "Turns": glue_table(GLUE_TABLE),
        "Runs": glue_table(GLUE_VIEW),
        "Workgroup": {"Type": "AWS::Athena::WorkGroup", "Properties": WORKGROUP},
        "Query": {"Type": "AWS::Athena::NamedQuery", "Properties": NAMED_QUERY},
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": "Lake"},
                "PolicyDocument": {"Version": "2012-10-17", "Statement": POLICY},
            },
        },
    }
}
