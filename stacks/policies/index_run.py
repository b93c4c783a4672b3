"""The permissions of `IndexRun`, and the role that it has in the replica's Region once the primary is lost."""

from aws_cdk import ArnFormat, Stack, aws_iam as iam
from constructs import Construct

from schemas.keys.layout import RUN_PREFIXES
from schemas.names import Function, Names, Part
from stacks.constructs.acknowledge import acknowledge_wildcards, patterns
from stacks.policies.statements import allow, below, list_keys, read


def reading_statements(*prefixes: str, bucket_arn: str) -> list[iam.PolicyStatement]:
    """Return what a function needs to read the objects below the prefixes that S3 notifies it of."""
    return [
        read("ReadObjects", [bucket_arn], below(*prefixes), versions=True),
        list_keys("TellGoneFromDenied", [bucket_arn], below(*prefixes), tell_absent=True),
    ]


def index_run_statements(*, bucket_arn: str, table_arn: str) -> list[iam.PolicyStatement]:
    """Return what `IndexRun` needs of the bucket and the table."""
    return [
        allow(
            "WriteItems",
            ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"],
            [table_arn],
        ),
        *reading_statements(*RUN_PREFIXES, bucket_arn=bucket_arn),
    ]


def recovery_role(scope: Construct, construct_id: str, *, lake_names: Names, bucket_arn: str) -> iam.Role:
    """Declare the role of the `IndexRun` that is deployed once us-east-1 is lost, and IAM's control plane with it.

    Its log group does not exist yet; CloudFormation will begin the name with stack and logical id.
    """
    stack = Stack.of(scope)
    table_arn = stack.format_arn(service="dynamodb", resource="table", resource_name=lake_names.runs_table)
    dead_letters = lake_names.dead_letters(Part.INDEX)
    log_groups = stack.format_arn(
        service="logs",
        resource="log-group",
        resource_name=f"{lake_names.stack(Part.INDEX)}-{Function.INDEX_RUN}*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    statements = [
        *index_run_statements(bucket_arn=bucket_arn, table_arn=table_arn),
        allow("SendDeadLetters", ["sqs:SendMessage"], [stack.format_arn(service="sqs", resource=dead_letters)]),
        allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [log_groups]),
    ]
    role = iam.Role(
        scope,
        construct_id,
        role_name=lake_names.recovery_role,
        description="IndexRun has this role where it runs in the replica's Region",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={"IndexRun": iam.PolicyDocument(statements=statements)},
    )
    acknowledge_wildcards(
        role,
        patterns(statements),
        reason="Any object of a run, and a log group whose name CloudFormation will make up",
    )
    return role
