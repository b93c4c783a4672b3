"""References of a template are replaced by what CloudFormation made of them."""

import json
import re
from pathlib import Path

import pytest
from aws_cdk import App

from app import build
from ops.drift.policies import declared
from ops.drift.stack import DeployedStack, Json
from ops.failures import CommandError
from schemas.registry.artifacts import load_registry
from schemas.roles import Role
from stacks.config import Config
from tests.stacks.synthesis import project_context

STACK = DeployedStack(
    account="111122223333",
    region="us-east-1",
    resources={
        "Letters": {"Type": "AWS::SQS::Queue"},
        "Runs": {"Type": "AWS::DynamoDB::Table"},
        "Index": {"Type": "AWS::Lambda::Function"},
        "Logs": {"Type": "AWS::Logs::LogGroup"},
        "Topic": {"Type": "AWS::SNS::Topic"},
    },
    physical={
        "Letters": "https://sqs.us-east-1.amazonaws.com/111122223333/letters",
        "Runs": "runs",
        "Index": "IndexRun",
        "Logs": "/aws/lambda/x",
        "Topic": "arn:aws:sns:us-east-1:111122223333:topic",
    },
)


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ({"Ref": "AWS::AccountId"}, "111122223333"),
        ({"Ref": "Topic"}, "arn:aws:sns:us-east-1:111122223333:topic"),
        ({"Fn::GetAtt": ["Letters", "Arn"]}, "arn:aws:sqs:us-east-1:111122223333:letters"),
        ({"Fn::GetAtt": ["Runs", "Arn"]}, "arn:aws:dynamodb:us-east-1:111122223333:table/runs"),
        ({"Fn::GetAtt": ["Index", "Arn"]}, "arn:aws:lambda:us-east-1:111122223333:function:IndexRun"),
        ({"Fn::GetAtt": ["Logs", "Arn"]}, "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/x:*"),
        (
            {"Resource": [{"Fn::Join": ["", ["arn:aws:s3:::b-", {"Ref": "AWS::AccountId"}, "/*"]]}]},
            {"Resource": ["arn:aws:s3:::b-111122223333/*"]},
        ),
    ],
)
def test_references_are_resolved(value: object, resolved: object) -> None:
    assert STACK.resolved(value) == resolved


@pytest.mark.parametrize("value", [{"Fn::GetAtt": ["Topic", "Arn"]}, {"Fn::Sub": "${AWS::Region}"}])
def test_reference_that_is_not_known_is_named_in_one_line(value: object) -> None:
    with pytest.raises(CommandError, match=r"^template: .*(Topic|Fn::Sub).*known here$"):
        STACK.resolved(value)


def test_every_policy_that_the_lake_declares_is_resolved(tmp_path: Path) -> None:
    context = {**project_context(), "aws:cdk:bundling-stacks": []}
    app = App(context=context, outdir=str(tmp_path))
    build(app=app, config=Config.from_context(context), registry=load_registry())
    documents = []
    for stack in app.synth().stacks:
        resources: dict[str, Json] = stack.template["Resources"]
        physical = {logical_id: f"https://{logical_id}" for logical_id in resources}
        deployed = DeployedStack(
            account="111122223333", region=stack.environment.region, resources=resources, physical=physical
        )
        documents += [*declared(deployed).values()]
    assert len(documents) > len(Role)
    assert not re.search(r"Fn::|\"Ref\"", json.dumps(documents))
