"""What `IndexRun` may do, wherever it runs, and the role that waits in the replica's Region for it."""

from aws_cdk import ArnFormat, Stack, aws_iam as iam
from constructs import Construct

from schemas import names
from schemas.keys.layout import RAW_PREFIX
from schemas.names import Part
from stacks.constructs.acknowledge import acknowledge_wildcards, patterns


def reading_statements(*, bucket_arn: str, prefix: str) -> list[iam.PolicyStatement]:
    """Return what a function needs that reads the objects of a prefix, of which an event has told it."""
    return [
        iam.PolicyStatement(
            sid="ReadObjects",
            actions=["s3:GetObject", "s3:GetObjectVersion"],
            resources=[f"{bucket_arn}/{prefix}*"],
        ),
        # Without it S3 answers 403 for a key that is gone, which could not be told from a denial.
        iam.PolicyStatement(
            sid="TellGoneFromDenied",
            actions=["s3:ListBucket"],
            resources=[bucket_arn],
            # A GET may carry no prefix to compare, a listing always does.
            conditions={"StringLikeIfExists": {"s3:prefix": f"{prefix}*"}},
        ),
    ]


def index_run_statements(*, bucket_arn: str, table_arn: str) -> list[iam.PolicyStatement]:
    """Return what the function needs of the bucket and the table."""
    return [
        iam.PolicyStatement(
            sid="WriteItems",
            actions=["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"],
            resources=[table_arn],
        ),
        *reading_statements(bucket_arn=bucket_arn, prefix=RAW_PREFIX),
    ]


def recovery_role(scope: Construct, construct_id: str, *, lake_names: names.Names, bucket_arn: str) -> iam.Role:
    """Declare the role of an `IndexRun` that is deployed only once us-east-1 is lost, with IAM's control plane in it.

    The log group does not exist yet; CloudFormation will begin its name with stack and logical id.
    """
    stack = Stack.of(scope)
    index = lake_names.stack(Part.INDEX)
    table_arn = stack.format_arn(service="dynamodb", resource="table", resource_name=lake_names.runs_table)
    statements = [
        *index_run_statements(bucket_arn=bucket_arn, table_arn=table_arn),
        iam.PolicyStatement(
            sid="SendDeadLetters",
            actions=["sqs:SendMessage"],
            resources=[stack.format_arn(service="sqs", resource=lake_names.dead_letters(Part.INDEX))],
        ),
        iam.PolicyStatement(
            sid="WriteLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[
                stack.format_arn(
                    service="logs",
                    resource="log-group",
                    resource_name=f"{index}-IndexRun*",
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
        ),
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
        role, patterns(statements), reason="Any raw object, and a log group whose name CloudFormation will make up"
    )
    return role
