"""What one can do with the lake besides its buckets, and which roles may."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from schemas import names
from schemas.catalog.tables import TURNS
from schemas.names import PRIMARY_REGION, REPLICA_REGION, Function, Names, Output, Part
from schemas.roles import Role
from tests.e2e.lake.caller import Caller, Operation, operation
from tests.e2e.lake.conftest import WRITER
from tools.local.roles import policy

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sqs import SQSClient

PUBLISHER, ANALYST, OPERATOR = Role.PUBLISHER, Role.ANALYST, Role.OPERATOR
ERASER, BREAK_GLASS = Role.ERASER, Role.BREAK_GLASS


def _dynamodb(caller: Caller) -> "DynamoDBClient":
    return caller.lake.endpoint.client("dynamodb", credentials=caller.credentials)


def _lambda(caller: Caller) -> "LambdaClient":
    return caller.lake.endpoint.client("lambda", credentials=caller.credentials)


def _sqs(caller: Caller) -> "SQSClient":
    return caller.lake.endpoint.client("sqs", credentials=caller.credentials)


def _athena(caller: Caller) -> "AthenaClient":
    return caller.lake.endpoint.client("athena", credentials=caller.credentials)


def _glue(caller: Caller) -> "GlueClient":
    return caller.lake.endpoint.client("glue", credentials=caller.credentials)


def _logs(caller: Caller) -> "CloudWatchLogsClient":
    return caller.lake.endpoint.client("logs", credentials=caller.credentials)


def _cloudwatch(caller: Caller) -> "CloudWatchClient":
    return caller.lake.endpoint.client("cloudwatch", credentials=caller.credentials)


def _iam(caller: Caller) -> "IAMClient":
    return caller.lake.endpoint.client("iam", credentials=caller.credentials)


def _table(caller: Caller) -> str:
    return caller.lake.deployment.output(Output.RUNS_TABLE)


def _item(caller: Caller) -> "dict[str, AttributeValueTypeDef]":
    return {"run_id": {"S": f"!{caller.serial}"}, "object_key": {"S": f"raw/{caller.serial}"}}


def _query_index(caller: Caller) -> object:
    return _dynamodb(caller).query(
        TableName=_table(caller),
        IndexName=names.MODEL_DATE_INDEX,
        KeyConditionExpression="#model = :model",
        ExpressionAttributeNames={"#model": "model"},
        ExpressionAttributeValues={":model": {"S": "gpt-5"}},
    )


def _may_invoke(function: Function) -> Callable[[Caller], object]:
    """Ask Lambda whether one may invoke the function, which it does not do then."""
    return lambda caller: _lambda(caller).invoke(
        FunctionName=caller.lake.deployment.function(function), InvocationType="DryRun"
    )


def _change_function(caller: Caller) -> object:
    name = caller.lake.deployment.function(Function.INDEX_RUN)
    same = caller.lake.endpoint.client("lambda").get_function_configuration(FunctionName=name)["Description"]
    return _lambda(caller).update_function_configuration(FunctionName=name, Description=same)


def _queue(caller: Caller) -> str:
    return caller.lake.deployment.output(Output.CURATION_DEAD_LETTERS)


def _named_queries(caller: Caller) -> object:
    listed = caller.lake.endpoint.client("athena").list_named_queries(
        WorkGroup=caller.lake.deployment.output(Output.WORKGROUP)
    )
    return _athena(caller).batch_get_named_query(NamedQueryIds=listed["NamedQueryIds"][:2])


def _describe(part: str, *roles: Role, region: str = PRIMARY_REGION) -> Operation:
    def call(caller: Caller) -> object:
        client = caller.lake.endpoint.client("cloudformation", region=region, credentials=caller.credentials)
        return client.describe_stacks(StackName=Names().stack(part))

    return operation(f"find the outputs of {part}", call, *roles)


def _widen_a_role(caller: Caller) -> object:
    document = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    return _iam(caller).put_role_policy(RoleName=WRITER, PolicyName="Wider", PolicyDocument=document)


def _assume(role: Role) -> Callable[[Caller], object]:
    """Assume a role with a second factor."""

    def call(caller: Caller) -> object:
        sts = caller.lake.endpoint.client("sts", credentials=caller.credentials)
        return sts.assume_role(
            RoleArn=caller.lake.role_arn(role),
            RoleSessionName="other",
            SerialNumber="hardware-device",
            TokenCode="123456",
        )

    return call


_INDEX: Final = (
    operation("read an item", lambda c: _dynamodb(c).get_item(TableName=_table(c), Key=_item(c)), OPERATOR, ERASER),
    operation("scan the index", lambda c: _dynamodb(c).scan(TableName=_table(c), Limit=1), OPERATOR),
    operation("query a secondary index", _query_index, OPERATOR),
    operation("describe the index", lambda c: _dynamodb(c).describe_table(TableName=_table(c)), OPERATOR),
    operation("put an item", lambda c: _dynamodb(c).put_item(TableName=_table(c), Item=_item(c))),
    operation(
        "delete an item", lambda c: _dynamodb(c).delete_item(TableName=_table(c), Key=_item(c)), OPERATOR, ERASER
    ),
)

# What writes the index and the curated weeks.
_WRITERS: Final = (Function.INDEX_RUN, Function.CURATE_WEEK)
_FUNCTIONS: Final = (
    *(operation(f"invoke {it}", _may_invoke(it), OPERATOR, *([ERASER] if it in _WRITERS else [])) for it in Function),
    operation(
        "see how a function is configured",
        lambda c: _lambda(c).get_function_configuration(FunctionName=c.lake.deployment.function(Function.INDEX_RUN)),
        OPERATOR,
    ),
    operation("change a function", _change_function),
    operation("take dead letters", lambda c: _sqs(c).receive_message(QueueUrl=_queue(c)), OPERATOR),
    operation(
        "delete a dead letter",
        lambda c: _sqs(c).delete_message(QueueUrl=_queue(c), ReceiptHandle=c.letter),
        OPERATOR,
    ),
    operation(
        "count dead letters",
        lambda c: _sqs(c).get_queue_attributes(QueueUrl=_queue(c), AttributeNames=["ApproximateNumberOfMessages"]),
        OPERATOR,
    ),
    operation("send a dead letter", lambda c: _sqs(c).send_message(QueueUrl=_queue(c), MessageBody="{}")),
    operation("read a function's log", lambda c: _logs(c).filter_log_events(logGroupName=c.log_group), OPERATOR),
    operation("end a log", lambda c: _logs(c).put_retention_policy(logGroupName=c.log_group, retentionInDays=180)),
)

_SIGNALS: Final = (
    operation("find metrics", lambda c: _cloudwatch(c).list_metrics(), OPERATOR),
    operation("see alarms", lambda c: _cloudwatch(c).describe_alarms(), OPERATOR),
    operation("see the dashboard", lambda c: _cloudwatch(c).get_dashboard(DashboardName=Names().dashboard), OPERATOR),
    operation("silence an alarm", lambda c: _cloudwatch(c).disable_alarm_actions(AlarmNames=[f"x{c.serial}"])),
)

_QUERIES: Final = (
    operation(
        "query in the lake's workgroup",
        lambda c: _athena(c).start_query_execution(
            QueryString="SELECT 1", WorkGroup=c.lake.deployment.output(Output.WORKGROUP)
        ),
        ANALYST,
        OPERATOR,
    ),
    operation(
        "query in another workgroup",
        lambda c: _athena(c).start_query_execution(
            QueryString="SELECT 1",
            WorkGroup="primary",
            ResultConfiguration={"OutputLocation": f"s3://{c.bucket()}/exports/"},
        ),
    ),
    operation(
        "follow a query", lambda c: _athena(c).get_query_execution(QueryExecutionId=c.query), ANALYST, OPERATOR
    ),
    operation(
        "read an answer",
        lambda c: _athena(c).get_query_results(QueryExecutionId=c.answered_query),
        ANALYST,
        OPERATOR,
    ),
    operation("stop a query", lambda c: _athena(c).stop_query_execution(QueryExecutionId=c.query), ANALYST, OPERATOR),
    operation(
        "list saved queries",
        lambda c: _athena(c).list_named_queries(WorkGroup=c.lake.deployment.output(Output.WORKGROUP)),
        ANALYST,
        OPERATOR,
    ),
    operation("read saved queries", _named_queries, ANALYST, OPERATOR),
    operation("add a workgroup", lambda c: _athena(c).create_work_group(Name=f"x{c.serial}")),
    operation(
        "see the database",
        lambda c: _glue(c).get_database(Name=c.lake.deployment.output(Output.DATABASE)),
        ANALYST,
        OPERATOR,
    ),
    operation(
        "see the tables",
        lambda c: _glue(c).get_tables(DatabaseName=c.lake.deployment.output(Output.DATABASE)),
        PUBLISHER,
        ANALYST,
        OPERATOR,
    ),
    operation(
        "see a table",
        lambda c: _glue(c).get_table(DatabaseName=c.lake.deployment.output(Output.DATABASE), Name=TURNS),
        PUBLISHER,
        ANALYST,
        OPERATOR,
    ),
    operation("see the tables of another database", lambda c: _glue(c).get_tables(DatabaseName=c.other_database)),
    operation("add a database", lambda c: _glue(c).create_database(DatabaseInput={"Name": f"x{c.serial}"})),
)

SERVICE_OPERATIONS: Final = (
    *_INDEX,
    *_FUNCTIONS,
    *_SIGNALS,
    *_QUERIES,
    _describe(Part.CATALOG, PUBLISHER, ANALYST, OPERATOR),
    _describe(Part.STORAGE, PUBLISHER, OPERATOR, ERASER, BREAK_GLASS),
    _describe(Part.REPLICA, PUBLISHER, OPERATOR, ERASER, BREAK_GLASS, region=REPLICA_REGION),
    _describe(Part.INDEX, OPERATOR, ERASER),
    _describe(Part.ACCESS),
    operation("see a role", lambda c: _iam(c).get_role(RoleName=WRITER)),
    operation("widen a role", _widen_a_role),
    *(operation(f"become {role}", _assume(role)) for role in (OPERATOR, ERASER, BREAK_GLASS)),
)
