import pytest

from tools.local.readback.references import Deployed, UnresolvedError, resolve

DEPLOYED = Deployed(
    account_id="111122223333",
    region="us-east-1",
    stack="Lake",
    stack_id="arn:aws:cloudformation:us-east-1:111122223333:stack/Lake/1",
    parameters={"Version": "21"},
    types={
        "Bucket": "AWS::S3::Bucket",
        "Queue": "AWS::SQS::Queue",
        "Role": "AWS::IAM::Role",
        "Table": "AWS::DynamoDB::Table",
        "Function": "AWS::Lambda::Function",
        "Group": "AWS::Logs::LogGroup",
        "Alarm": "AWS::CloudWatch::Alarm",
        "Other": "Custom::Other",
    },
    physical_ids={
        "Bucket": "lake",
        "Queue": "https://127.0.0.1:1/111122223333/dead",
        "Role": "Writer",
        "Table": "Runs",
        "Function": "IndexRun",
        "Group": "/lake",
        "Alarm": "Errors",
        "Other": "other",
    },
    exports={"Lake:Table": "Runs"},
    arns={"Role": "arn:aws:iam::111122223333:role/path/Writer"},
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        ({"Ref": "AWS::AccountId"}, "111122223333"),
        ({"Ref": "Version"}, "21"),
        ({"Ref": "Bucket"}, "lake"),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "arn:aws:s3:::lake"),
        ({"Fn::GetAtt": "Bucket.Arn"}, "arn:aws:s3:::lake"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:aws:sqs:us-east-1:111122223333:dead"),
        ({"Fn::GetAtt": ["Queue", "QueueName"]}, "dead"),
        ({"Fn::GetAtt": ["Queue", "QueueUrl"]}, "https://127.0.0.1:1/111122223333/dead"),
        ({"Fn::GetAtt": ["Alarm", "Arn"]}, "arn:aws:cloudwatch:us-east-1:111122223333:alarm:Errors"),
        ({"Fn::GetAtt": ["Role", "Arn"]}, "arn:aws:iam::111122223333:role/path/Writer"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "arn:aws:dynamodb:us-east-1:111122223333:table/Runs"),
        ({"Fn::GetAtt": ["Function", "Arn"]}, "arn:aws:lambda:us-east-1:111122223333:function:IndexRun"),
        ({"Fn::GetAtt": ["Group", "Arn"]}, "arn:aws:logs:us-east-1:111122223333:log-group:/lake:*"),
        ({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3"]]}, "arn:aws:s3"),
        ({"Fn::Sub": "${AWS::Region}-${Bucket.Arn}-${!Kept}"}, "us-east-1-arn:aws:s3:::lake-${Kept}"),
        ({"Fn::Sub": ["${x}/${Bucket}", {"x": {"Ref": "Version"}}]}, "21/lake"),
        ({"Fn::Select": [1, {"Fn::Split": ["-", "a-b"]}]}, "b"),
        ({"Fn::ImportValue": "Lake:Table"}, "Runs"),
        ({"A": {"Ref": "AWS::NoValue"}, "B": [{"Ref": "AWS::NoValue"}, 1]}, {"B": [1]}),
    ],
)
def test_intrinsic_functions_resolve(value: object, expected: object) -> None:
    assert resolve(value, DEPLOYED) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Missing"},
        {"Fn::GetAtt": ["Missing", "Arn"]},
        {"Fn::GetAtt": ["Bucket", "WebsiteURL"]},
        {"Fn::GetAtt": ["Other", "Arn"]},
        {"Fn::ImportValue": "Missing"},
        {"Fn::Cidr": ["10.0.0.0/8", 1]},
        {"Fn::Join": "no list"},
        {"Fn::Join": ["", "no list"]},
    ],
)
def test_what_cannot_be_resolved_is_named_instead_of_skipped(value: object) -> None:
    with pytest.raises(UnresolvedError):
        resolve(value, DEPLOYED)
