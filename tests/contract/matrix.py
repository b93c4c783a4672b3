"""The matrix of permissions as requests of IAM: what each operation would send is recorded, and nothing is sent."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Literal, cast

import boto3

from schemas.names import PRIMARY_REGION, Function, Names, Output
from schemas.roles import Role
from tests.contract.access import ACCOUNT, Access, Context
from tests.e2e.lake.caller import Caller, Operation
from tests.e2e.lake.s3_operations import S3_OPERATIONS
from tests.e2e.lake.service_operations import SERVICE_OPERATIONS
from tools.local.endpoint import ROOT, Credentials

if TYPE_CHECKING:
    from tests.e2e.lake.conftest import Lake

OPERATIONS = (*S3_OPERATIONS, *SERVICE_OPERATIONS)

_MEMBER = Credentials("member", "secret")
_ACTIONS = {
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjectsV2": "s3:ListBucket",
    "lambda:Invoke": "lambda:InvokeFunction",
}
# The first line with parameters of a call says what it is about. Glue asks for what is above a table as well.
_ABOUT: Sequence[tuple[str, set[str], tuple[str, ...]]] = (
    ("athena", {"WorkGroup"}, ("athena:{here}:workgroup/{WorkGroup}",)),
    ("cloudformation", {"StackName"}, ("cloudformation:{here}:stack/{StackName}/1",)),
    ("cloudwatch", {"DashboardName"}, ("cloudwatch::{account}:dashboard/{DashboardName}",)),
    ("cloudwatch", set(), ("cloudwatch:{here}:alarm:x",)),
    ("dynamodb", {"TableName", "IndexName"}, ("dynamodb:{here}:table/{TableName}/index/{IndexName}",)),
    ("dynamodb", {"TableName"}, ("dynamodb:{here}:table/{TableName}",)),
    (
        "glue",
        {"DatabaseName", "Name"},
        ("glue:{here}:catalog", "glue:{here}:database/{DatabaseName}", "glue:{here}:table/{DatabaseName}/{Name}"),
    ),
    (
        "glue",
        {"DatabaseName"},
        ("glue:{here}:catalog", "glue:{here}:database/{DatabaseName}", "glue:{here}:table/{DatabaseName}/x"),
    ),
    ("glue", {"Name"}, ("glue:{here}:catalog", "glue:{here}:database/{Name}")),
    ("glue", {"DatabaseInput"}, ("glue:{here}:catalog", "glue:{here}:database/x")),
    ("iam", {"RoleName"}, ("iam::{account}:role/{RoleName}",)),
    ("lambda", {"FunctionName"}, ("lambda:{here}:function:{FunctionName}",)),
    ("logs", {"logGroupName"}, ("logs:{here}:log-group:{logGroupName}",)),
    ("s3", {"Bucket", "Key"}, ("s3:::{Bucket}/{Key}",)),
    ("s3", {"Bucket"}, ("s3:::{Bucket}",)),
    ("sqs", {"QueueUrl"}, ("sqs:{here}:{QueueUrl}",)),
    ("sts", {"RoleArn"}, ("iam::{account}:role/{RoleArn}",)),
)

Step = tuple[str, str, Context]
"""An action, the resource, and the context that the caller chooses."""
Parameters = Mapping[str, object]


class Recorder:
    """A lake for callers of the matrix, which answers every call and writes down those of its member."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._steps: list[Step] = []
        self.deployment = SimpleNamespace(
            bucket=self._output(Output.BUCKET),
            replica_bucket=self._output(Output.REPLICA_BUCKET),
            output=self._output,
            function=str,
        )
        self.endpoint = SimpleNamespace(client=self._client)
        self._clients = cache(self._made)

    def role_arn(self, role: Role) -> str:
        return self._access.role(role).arn

    def steps(self, operation: Operation) -> list[Step]:
        """Return what an operation asks IAM for."""
        self._steps = []
        operation.call(Caller(cast("Lake", self), _MEMBER))
        return self._steps

    def _output(self, output: Output) -> str:
        stack = next(it for it in self._access.lake.stacks if it.name == Names().stack(output.part))
        value = cast("Mapping[str, Mapping[str, str]]", stack.template["Outputs"])[output]["Value"]
        return self._access.text(value, stack.name)

    def _client(self, service: str, *, region: str = PRIMARY_REGION, credentials: Credentials = ROOT) -> object:
        return self._clients(service, region, credentials is _MEMBER)

    def _made(self, service: str, region: str, recorded: bool) -> object:  # noqa: FBT001
        client = boto3.Session("key", "secret").client(cast("Literal['s3']", service), region_name=region)

        def record(params: Parameters, model: SimpleNamespace, **_: object) -> None:
            if recorded:
                action = _action(f"{service}:{model.name}", params)
                context = _context(model.name, params)
                self._steps += [(action, arn, context) for arn in self._resources(action, region, params)]

        def answer(**_: object) -> tuple[object, object]:
            return SimpleNamespace(status_code=200, raw=None), self._answer()

        client.meta.events.register("before-parameter-build.*.*", record)
        client.meta.events.register("before-call.*.*", cast("Callable[..., None]", answer))
        return client

    def _answer(self) -> object:
        """Return all that an operation reads in an answer, of whatever call."""
        function = next(it for it in self._access.lake.of("AWS::Lambda::Function") if it.name == Function.INDEX_RUN)
        return {
            "VersionId": "1",
            "UploadId": "1",
            "Policy": "{}",
            "QueryExecutionId": "1",
            "QueryExecution": {"Status": {"State": "SUCCEEDED"}},
            "NamedQueryIds": ["1", "2"],
            "Messages": [{"ReceiptHandle": "1"}],
            "Description": "",
            "LoggingConfig": {
                "LogGroup": self._access.text(str(function.at("LoggingConfig", "LogGroup")), function.stack)
            },
        }

    def _resources(self, action: str, region: str, params: Parameters) -> list[str]:
        """Return the ARNs that a call is about."""
        service = action.partition(":")[0]
        if action == "cloudwatch:ListMetrics":
            return ["*"]
        # A queue's address is its ARN here, as a template's reference resolves.
        named_by_arn = ("QueueUrl", "RoleArn")
        given = {key: str(value) for key, value in params.items()}
        given |= {key: re.split("[:/]", given[key])[-1] for key in named_by_arn if key in given}
        if service == "athena":
            given = {"WorkGroup": given.get("Name", self._output(Output.WORKGROUP)), **given}
        here = {"here": f"{region}:{ACCOUNT}", "account": ACCOUNT}
        for named, needed, forms in _ABOUT:
            if named == service and needed <= {*given}:
                return [f"arn:aws:{form.format(**here, **given)}" for form in forms]
        raise ValueError(f"{action} with {sorted(given)}: what is it about?")


def _action(called: str, params: Parameters) -> str:
    versioned = "Version" if "VersionId" in params else ""
    return f"{_ACTIONS.get(called, called)}{versioned}"


def _context(called: str, params: Parameters) -> Context:
    chosen: Callable[[str], str | None] = lambda name: str(params[name]) if name in params else None  # noqa: E731
    found = {
        "s3:ObjectCreationOperation": {"PutObject": "true", "CreateMultipartUpload": "false"}.get(called),
        "s3:if-none-match": chosen("IfNoneMatch"),
        "s3:if-match": chosen("IfMatch"),
        "s3:prefix": chosen("Prefix"),
        "aws:MultiFactorAuthPresent": "true" if called == "AssumeRole" else None,
    }
    return {key: value for key, value in found.items() if value is not None}
