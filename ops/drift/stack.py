"""A deployed stack's template, and the names that CloudFormation gave to what the template declares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from ops.failures import CommandError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

Json = Mapping[str, object]

# ARNs by the type of the resource; CloudFormation lists a resource by the name alone.
_ARNS: Final = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{name}",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "AWS::StepFunctions::StateMachine": "{name}",
}


@dataclass(frozen=True, kw_only=True)
class DeployedStack:
    """The resources of a stack's template by logical id, and their physical ids."""

    account: str
    region: str
    resources: Mapping[str, Json]
    physical: Mapping[str, str]

    @classmethod
    def read(cls, cloudformation: "CloudFormationClient", name: str) -> Self:
        """Return the stack of that name as CloudFormation knows it."""
        summaries = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        template = cloudformation.get_template(StackName=name)["TemplateBody"]
        arn = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"].split(":")
        return cls(
            account=arn[4],
            region=arn[3],
            resources=dict(template)["Resources"],
            physical={
                each["LogicalResourceId"]: each["PhysicalResourceId"]
                for page in summaries
                for each in page["StackResourceSummaries"]
            },
        )

    def resolved(self, value: object) -> object:
        """Return a value of the template with names and ARNs in place of references to them."""
        match value:
            case {"Ref": str(name)}:
                return self._reference(name)
            case {"Fn::GetAtt": [str(logical_id), "Arn"]}:
                return self._arn(logical_id)
            case {"Fn::Join": [str(separator), list(parts)]}:
                return separator.join(str(self.resolved(part)) for part in parts)
            case Mapping() if not any(str(key).startswith("Fn::") for key in value):
                return {key: self.resolved(member) for key, member in value.items()}
            case list(items):
                return [self.resolved(item) for item in items]
            case Mapping():
                raise CommandError(f"template: {value} is no reference that is known here")
            case _:
                return value

    def _reference(self, name: str) -> str:
        pseudo = {"AWS::AccountId": self.account, "AWS::Region": self.region, "AWS::Partition": "aws"}
        return pseudo.get(name) or self.physical[name]

    def _arn(self, logical_id: str) -> str:
        kind = str(self.resources[logical_id]["Type"])
        if kind not in _ARNS:
            raise CommandError(f"template: the ARN of {logical_id}, a {kind}, is not known here")
        name = self.physical[logical_id]
        if kind == "AWS::SQS::Queue":  # listed by its URL, which ends with the name
            name = name.rpartition("/")[2]
        return _ARNS[kind].format(region=self.region, account=self.account, name=name)
