"""The ARNs of what the roles of people and programs are granted."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self, TypeVar

from aws_cdk import ArnFormat, CfnElement, Stack, Token, aws_lambda as lambda_, aws_logs as logs, aws_sqs as sqs
from constructs import IConstruct

from schemas.catalog.tables import Table
from schemas.names import Function
from schemas.run_index import DAY_INDEX
from stacks.constructs.function import PythonFunction
from stacks.lake_stack import LakeStack

_T = TypeVar("_T")

# Athena looks it up, whatever database a query is about:
# https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
_DEFAULT_DATABASE: Final = "default"
# Athena's name for Glue's catalog of the account.
_DATA_CATALOG: Final = "AwsDataCatalog"


@dataclass(frozen=True, kw_only=True)
class LakeArns:
    """ARNs by what they name; `stacks` by part, `database` with what Glue asks for above and below the lake's."""

    bucket: str
    replica: str
    runs_table: str
    workgroups: Sequence[str]
    data_catalog: str
    database: Sequence[str]
    default_database: Sequence[str]
    day_index: str
    table_keys: Sequence[str]
    """Patterns of the keys that tables read: no ARNs, since listings are limited by keys."""
    functions: Sequence[str]
    writers: Sequence[str]
    """The functions that write the index and the curated weeks."""
    queues: Sequence[str]
    executions: Sequence[str]
    """Of the state machine that curates weeks of several parts, with its map runs."""
    log_groups: Sequence[str]
    alarms: Sequence[str]
    dashboard: str
    stacks: Mapping[str, str]

    @property
    def table_folders(self) -> list[str]:
        """Patterns of what is listed to find a table's files; the other files of such a folder stay unreadable."""
        return sorted({f"{pattern.rpartition('/')[0]}/*" for pattern in self.table_keys})

    @classmethod
    def of(cls, stack: LakeStack, *, lake: Collection[LakeStack], tables: Collection[Table]) -> Self:
        """Return the ARNs of a lake's stacks, as another stack of the same account and primary Region writes them.

        They follow from fixed names, or from how CloudFormation generates one. Every function and queue that one of
        the stacks declares is among them.
        """
        fixed = stack.names
        functions = [*_found(lake, PythonFunction)]
        runs_table = stack.format_arn(service="dynamodb", resource="table", resource_name=fixed.runs_table)
        return cls(
            bucket=stack.bucket_arn(fixed.bucket(stack.account)),
            replica=stack.bucket_arn(fixed.replica_bucket(stack.account)),
            runs_table=runs_table,
            day_index=f"{runs_table}/index/{DAY_INDEX}",
            workgroups=[
                stack.format_arn(service="athena", resource="workgroup", resource_name=name)
                for name in (fixed.workgroup, fixed.client_workgroup)
            ],
            data_catalog=stack.format_arn(service="athena", resource="datacatalog", resource_name=_DATA_CATALOG),
            database=[*_database(stack, fixed.database), _table_arns(stack)],
            default_database=_database(stack, _DEFAULT_DATABASE),
            table_keys=sorted({pattern for table in tables for pattern in table.key_patterns}),
            functions=[_arn(stack, "lambda", function, _function_name(function)) for function in functions],
            writers=[stack.function_arn(function) for function in (Function.INDEX_RUN, Function.CURATE_WEEK)],
            queues=[_arn(stack, "sqs", queue, _queue_name(queue)) for queue in _found(lake, sqs.Queue)],
            executions=[
                stack.format_arn(
                    service="states",
                    resource=resource,
                    resource_name=f"{fixed.curate_parts}{more}",
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
                for resource, more in (("execution", ":*"), ("mapRun", "/*"))
            ],
            log_groups=[_arn(stack, "logs", group, _generated_name(group)) for group in _found(lake, logs.LogGroup)],
            alarms=[
                stack.format_arn(service="cloudwatch", region=region, resource="alarm:*")
                for region in sorted({each.region for each in lake})
            ],
            dashboard=stack.format_arn(
                service="cloudwatch", region="", resource="dashboard", resource_name=fixed.dashboard
            ),
            stacks={each.part: _stack_arn(stack, each) for each in lake},
        )


def _found(lake: Collection[LakeStack], kind: type[_T]) -> Iterator[_T]:
    for stack in lake:
        for construct in stack.node.find_all():
            if isinstance(construct, kind):
                yield construct


def _arn(stack: LakeStack, service: str, construct: IConstruct, name: str) -> str:
    """Return the ARN of a construct of another stack by its name."""
    prefix = {"lambda": "function:", "logs": "log-group:"}.get(service, "")
    return stack.format_arn(service=service, region=Stack.of(construct).region, resource=f"{prefix}{name}")


def _function_name(function: PythonFunction) -> str:
    """Return the fixed name; the construct's own would be a reference into its stack."""
    resource = function.function.node.default_child
    if not isinstance(resource, lambda_.CfnFunction) or not resource.function_name:
        raise TypeError(f"{function.node.path}: expected a function with a fixed name")
    return resource.function_name


def _queue_name(queue: sqs.Queue) -> str:
    resource = queue.node.default_child
    fixed = resource.queue_name if isinstance(resource, sqs.CfnQueue) else None
    return fixed if fixed and not Token.is_unresolved(fixed) else _generated_name(queue)


def _generated_name(construct: IConstruct) -> str:
    """Return a pattern of the name that CloudFormation generates: stack, logical id, and what nobody foresees.

    A reference instead would be an export, which CloudFormation would not let change.
    """
    resource = construct.node.default_child
    if not isinstance(resource, CfnElement):
        raise TypeError(f"{construct.node.path}: expected a construct of one resource, not {resource!r}")
    return f"{resource.stack.stack_name}-{resource.stack.get_logical_id(resource)}-*"


def _database(stack: LakeStack, name: str) -> list[str]:
    catalog = stack.format_arn(service="glue", resource="catalog")
    return [catalog, stack.format_arn(service="glue", resource="database", resource_name=name)]


def _table_arns(stack: LakeStack) -> str:
    return stack.format_arn(service="glue", resource="table", resource_name=f"{stack.names.database}/*")


def _stack_arn(stack: LakeStack, named: LakeStack) -> str:
    name = f"{named.stack_name}/*"  # an id that CloudFormation generates follows
    return stack.format_arn(service="cloudformation", region=named.region, resource="stack", resource_name=name)
