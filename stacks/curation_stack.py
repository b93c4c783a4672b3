"""SocraticBenchCuration: CurateWeek, ReconcileDaily, the state machine, their schedules and their dead letters."""

from aws_cdk import (
    ArnFormat,
    Duration,
    Size,
    TimeZone,
    aws_iam as iam,
    aws_scheduler as scheduler,
    aws_scheduler_targets as targets,
)
from constructs import Construct

from schemas.curation import BEGINS_AT_HOUR, DISK_GIB, MEMORY_MIB
from schemas.keys.layout import MODELS_KEY
from schemas.names import Function, Output, Part, Variable
from schemas.registry.phases import PHASES_FILES
from stacks.config import Config
from stacks.constructs.acknowledge import acknowledge_wildcards, patterns
from stacks.constructs.bundle import Bundle
from stacks.constructs.function import PythonFunction
from stacks.constructs.parts_machine import MAP_LABEL, PartsMachine
from stacks.lake_stack import LakeStack
from stacks.policies.curation import (
    curate_parts_statements,
    curate_week_statements,
    reconcile_daily_statements,
)


class CurationStack(LakeStack):
    """The weekly curation and the daily reconciliation. Bucket, table and `IndexRun` must exist before they run."""

    def __init__(self, scope: Construct, *, config: Config) -> None:
        """Declare `CurateWeek`, `CurateParts`, `ReconcileDaily`, their schedules and dead-letter queue."""
        super().__init__(
            scope,
            part=Part.CURATION,
            config=config,
            description="Curation of socratic-bench: CurateWeek, CurateParts, ReconcileDaily and their schedules",
        )
        self.dead_letters = self.dead_letter_queue()
        self.curate_week = self._curate_week(config)
        self.reconcile_daily = self._reconcile_daily(config)
        bucket_arn = self.bucket_arn(self.names.bucket(self.account))
        self.curate_week.allow(
            curate_week_statements(bucket_arn=bucket_arn, machine=self._machine_arn()),
            reason="It reads any raw object and writes any curated week",
        )
        self.curate_parts = self._curate_parts(bucket_arn, config)
        table_arn = self.format_arn(service="dynamodb", resource="table", resource_name=self.names.runs_table)
        self.reconcile_daily.allow(
            reconcile_daily_statements(
                bucket_arn=bucket_arn,
                replica_arn=self.bucket_arn(self.names.replica_bucket(self.account)),
                table_arn=table_arn,
                index_run=self.function_arn(Function.INDEX_RUN),
            ),
            reason="It looks at any raw object and any curated week",
        )
        self._schedules()
        self._outputs()

    def _curate_week(self, config: Config) -> PythonFunction:
        return PythonFunction(
            self,
            Function.CURATE_WEEK,
            bundle=Bundle(
                name=Function.CURATE_WEEK.package,
                target=config.bundling,
                data_files=(MODELS_KEY, *PHASES_FILES),
            ),
            description="Makes the raw objects of weeks into sorted Parquet, where they changed",
            environment={
                Variable.BUCKET: self.names.bucket(self.account),
                Variable.CURATE_PARTS: self._machine_arn(),
                Variable.METRIC_NAMESPACE: self.names.metric_namespace,
            },
            memory_mib=MEMORY_MIB,
            ephemeral_storage=Size.gibibytes(DISK_GIB),
            timeout=Duration.minutes(15),
            on_failure=self.dead_letters,
            max_event_age=Duration.hours(6),
        )

    def _machine_arn(self, resource: str = "stateMachine", more: str = "") -> str:
        """Return an ARN by the machine's name: a reference would make function and machine depend on each other."""
        return self.format_arn(
            service="states",
            resource=resource,
            resource_name=f"{self.names.curate_parts}{more}",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def _curate_parts(self, bucket_arn: str, config: Config) -> PartsMachine:
        executions = [self._machine_arn("execution", more) for more in (":*", f"/{MAP_LABEL}:*")]
        statements = curate_parts_statements(
            bucket_arn=bucket_arn,
            function=self.curate_week.function.function_arn,
            machine=self._machine_arn(),
            executions=executions,
        )
        role = iam.Role(
            self,
            "CuratePartsRole",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            inline_policies={"CurateParts": iam.PolicyDocument(statements=statements)},
        )
        acknowledge_wildcards(role, patterns(statements), reason="Executions and plans have names of their own")
        return PartsMachine(
            self,
            "CurateParts",
            name=self.names.curate_parts,
            function=self.curate_week.function,
            bucket=self.names.bucket(self.account),
            role=role,
            concurrency=config.curation_concurrency,
        )

    def _reconcile_daily(self, config: Config) -> PythonFunction:
        return PythonFunction(
            self,
            Function.RECONCILE_DAILY,
            bundle=Bundle(name=Function.RECONCILE_DAILY.package, target=config.bundling),
            description="Compares bucket, index and replica, and has IndexRun repair what differs in the index",
            environment={
                Variable.BUCKET: self.names.bucket(self.account),
                Variable.RUNS_TABLE: self.names.runs_table,
                Variable.REPLICA_BUCKET: self.names.replica_bucket(self.account),
                Variable.INDEX_RUN: self.names.function(Function.INDEX_RUN),
                Variable.METRIC_NAMESPACE: self.names.metric_namespace,
            },
            # One whole processor; items are sorted on disk, of which a million take 200 MB.
            memory_mib=1769,
            ephemeral_storage=Size.gibibytes(2),
            timeout=Duration.minutes(15),
            on_failure=self.dead_letters,
            # The next day looks at the same days again.
            max_event_age=Duration.hours(6),
        )

    def _schedules(self) -> None:
        weekly = scheduler.ScheduleExpression.cron(
            week_day="MON", hour=f"{BEGINS_AT_HOUR}", minute="0", time_zone=TimeZone.ETC_UTC
        )
        self._schedule("Weekly", weekly, self.curate_week, "Curates the weeks whose raw objects changed")
        # After the curation, of which it looks at what came out.
        daily = scheduler.ScheduleExpression.cron(hour="15", minute="0", time_zone=TimeZone.ETC_UTC)
        self._schedule("Daily", daily, self.reconcile_daily, "Reconciles the last weeks")

    def _schedule(
        self, schedule_id: str, when: scheduler.ScheduleExpression, function: PythonFunction, description: str
    ) -> None:
        scheduler.Schedule(
            self,
            schedule_id,
            description=description,
            schedule=when,
            target=targets.LambdaInvoke(
                function.function,
                input=scheduler.ScheduleTargetInput.from_object({}),
                # An invocation that could not be delivered; the default of 185 retries would last a day.
                retry_attempts=3,
                max_event_age=Duration.hours(1),
                dead_letter_queue=self.dead_letters,
            ),
        )
        acknowledge_wildcards(
            self,
            [f"{function.function.function_arn}:*"],
            reason="A grant to invoke covers the function's versions and aliases, of which there are none",
        )

    def _outputs(self) -> None:
        self.output(
            Output.CURATION_DEAD_LETTERS,
            self.dead_letters.queue_url,
            "Curations and reconciliations that failed or could not be started",
        )
