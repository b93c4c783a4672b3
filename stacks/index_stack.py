"""SocraticBenchIndex: the table of runs, the functions that S3 notifies of new objects, and their dead letters."""

from typing import Final

from aws_cdk import (
    Duration,
    RemovalPolicy,
    aws_dynamodb as dynamodb,
    aws_iam as iam,
)
from constructs import Construct

from schemas import names
from schemas.keys.layout import CALIBRATION_RESULTS_PREFIX
from schemas.names import Function, Output, Part, Variable
from schemas.run_index import DAY_INDEX, QUERY_PROJECTION, VERSION_PROJECTION, Attribute
from stacks.config import Config
from stacks.constructs.bundle import Bundle
from stacks.constructs.function import PythonFunction
from stacks.lake_stack import LakeStack
from stacks.policies.index_run import index_run_statements, reading_statements

_STRING: Final = dynamodb.AttributeType.STRING
_NUMBER: Final = dynamodb.AttributeType.NUMBER

# Name, partition key (a string), sort key and its type, and what is projected; each answers one access pattern of the
# data model. One index is made in a deployment, and its projection cannot be changed.
_INDEXES: Final = (
    (names.HALF_LIFE_INDEX, Attribute.WEEK, Attribute.HALF_LIFE_TURN, _NUMBER, QUERY_PROJECTION),
    (names.COMPLIANCE_INDEX, Attribute.WEEK_PHASE, Attribute.COMPLIANCE_RATE, _NUMBER, QUERY_PROJECTION),
    (names.MODEL_DATE_INDEX, Attribute.MODEL, Attribute.DT, _STRING, QUERY_PROJECTION),
    (DAY_INDEX, Attribute.DAY, Attribute.OBJECT_KEY, _STRING, VERSION_PROJECTION),
)


class IndexStack(LakeStack):
    """The run index. It goes before the bucket, whose notification needs the functions and their permissions."""

    def __init__(self, scope: Construct, *, config: Config) -> None:
        """Declare the table, `IndexRun`, `WatchCalibration` and their dead-letter queue.

        A recovery goes without `WatchCalibration`: for its role, too, it would be too late.
        """
        super().__init__(
            scope,
            part=Part.INDEX,
            config=config,
            description="Index of socratic-bench runs: table, IndexRun, WatchCalibration and their dead-letter queue",
        )
        bucket_arn = self.bucket_arn(config.bucket(self.account))
        self.table = self._table()
        self.dead_letters = self.dead_letter_queue()
        self.index_run = self._index_run(config, role=self._recovery_role() if config.recovery else None)
        self.index_run.allow(
            index_run_statements(bucket_arn=bucket_arn, table_arn=self.table.table_arn),
            reason="Any object of a run may be the event's",
        )
        self._allow_bucket(self.index_run, bucket_arn)
        if not config.recovery:
            watch_calibration = self._watch_calibration(config)
            watch_calibration.allow(
                reading_statements(CALIBRATION_RESULTS_PREFIX, bucket_arn=bucket_arn),
                reason="Any canary result may be the event's",
            )
            self._allow_bucket(watch_calibration, bucket_arn)
        self._outputs()

    def _table(self) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            "Runs",
            table_name=self.names.runs_table,
            partition_key=dynamodb.Attribute(name=Attribute.RUN_ID, type=_STRING),
            sort_key=dynamodb.Attribute(name=Attribute.OBJECT_KEY, type=_STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        for index_name, partition, sort, sort_type, projected in _INDEXES:
            table.add_global_secondary_index(
                index_name=index_name,
                partition_key=dynamodb.Attribute(name=partition, type=_STRING),
                sort_key=dynamodb.Attribute(name=sort, type=sort_type),
                projection_type=dynamodb.ProjectionType.INCLUDE,
                # DynamoDB refuses to include what is a key of the index anyway.
                non_key_attributes=[name for name in projected if name not in (partition, sort)],
            )
        return table

    def _index_run(self, config: Config, *, role: iam.IRole | None) -> PythonFunction:
        return PythonFunction(
            self,
            Function.INDEX_RUN,
            bundle=Bundle(name=Function.INDEX_RUN.package, target=config.bundling),
            description="Validates one raw object or run summary per event, and writes one item for a raw object",
            environment={
                Variable.BUCKET: config.bucket(self.account),
                Variable.RUNS_TABLE: self.table.table_name,
                Variable.FIRST_DT: str(config.first_dt),
                Variable.FIRST_WEEK: str(config.first_week),
                Variable.METRIC_NAMESPACE: self.names.metric_namespace,
            },
            # Objects are streamed, so this buys CPU, of which Lambda gives a share by memory.
            memory_mib=1024,
            timeout=Duration.minutes(15),
            on_failure=self.dead_letters,
            # Lambda's defaults, said aloud: how long a failure may last before its event needs `ops redrive`.
            max_event_age=Duration.hours(6),
            role=role,
        )

    def _recovery_role(self) -> iam.IRole:
        """Return the role that the replica's stack has made; with IAM's control plane gone nothing can be added."""
        return iam.Role.from_role_arn(self, "Role", self.role_arn(self.names.recovery_role), mutable=False)

    def _watch_calibration(self, config: Config) -> PythonFunction:
        return PythonFunction(
            self,
            Function.WATCH_CALIBRATION,
            bundle=Bundle(name=Function.WATCH_CALIBRATION.package, target=config.bundling, data_files=()),
            description="Publishes how far the judge was from the experts, from one canary result per event",
            environment={
                Variable.BUCKET: self.names.bucket(self.account),
                Variable.METRIC_NAMESPACE: self.names.metric_namespace,
            },
            memory_mib=256,
            timeout=Duration.minutes(1),
            on_failure=self.dead_letters,
            max_event_age=Duration.hours(6),
        )

    def _allow_bucket(self, function: PythonFunction, bucket_arn: str) -> None:
        function.function.add_permission(
            "AllowBucket",
            principal=iam.ServicePrincipal("s3.amazonaws.com"),
            source_account=self.account,
            source_arn=bucket_arn,
        )

    def _outputs(self) -> None:
        self.output(Output.RUNS_TABLE, self.table.table_name, "Index of runs")
        self.output(
            Output.INDEX_DEAD_LETTERS,
            self.dead_letters.queue_url,
            "Events that IndexRun and WatchCalibration could not handle",
        )
