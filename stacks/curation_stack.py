"""SocraticBenchCuration: the function that curates weeks, when it does so, and what it could not do."""

from aws_cdk import (
    CfnOutput,
    Duration,
    Size,
    TimeZone,
    aws_iam as iam,
    aws_scheduler as scheduler,
    aws_scheduler_targets as targets,
)
from constructs import Construct

from schemas import names
from schemas.layout import CURATED_PREFIX, RAW_PREFIX
from stacks.bundle import Bundle
from stacks.config import Config
from stacks.function import PythonFunction
from stacks.lake_stack import LakeStack


class CurationStack(LakeStack):
    """The weekly curation. It reads and writes the bucket, which must exist before it runs."""

    def __init__(self, scope: Construct, *, config: Config) -> None:
        """Declare `CurateWeek`, its schedule and their dead-letter queue."""
        super().__init__(
            scope,
            part=names.CURATION,
            region=names.PRIMARY_REGION,
            config=config,
            description="Weekly curation of socratic-bench: CurateWeek, its schedule and dead-letter queue",
        )
        self.dead_letters = self.dead_letter_queue(self.names.curation_dead_letters)
        self.curate_week = self._curate_week(config)
        self._allow_curate_week(self.bucket_arn(self.names.bucket(self.account)))
        self._schedule()
        self._outputs()

    def _curate_week(self, config: Config) -> PythonFunction:
        return PythonFunction(
            self,
            "CurateWeek",
            bundle=Bundle(name="curate_week", target=config.bundling),
            function_name=self.names.curate_week,
            description="Makes the raw objects of weeks into sorted Parquet, where they changed",
            environment={
                names.ENV_BUCKET: self.names.bucket(self.account),
                names.ENV_METRIC_NAMESPACE: self.names.metric_namespace,
            },
            # The most that a new account may have, for its 1.7 processors; the work itself needs a tenth of it.
            memory_mib=3008,
            # A week's Parquet lies here before it is published.
            ephemeral_storage=Size.gibibytes(10),
            timeout=Duration.minutes(15),
            on_failure=self.dead_letters,
            retry_attempts=1,
            max_event_age=Duration.hours(6),
        )

    def _allow_curate_week(self, bucket_arn: str) -> None:
        prefixes = [f"{RAW_PREFIX}*", f"{CURATED_PREFIX}*"]
        statements = (
            iam.PolicyStatement(
                sid="ListWeeks",
                actions=["s3:ListBucket"],
                resources=[bucket_arn],
                # A HEAD may carry no prefix to compare, a listing always does; without it absent files answer 403.
                conditions={"StringLikeIfExists": {"s3:prefix": prefixes}},
            ),
            iam.PolicyStatement(
                sid="ReadWeeks",
                actions=["s3:GetObject"],
                resources=[f"{bucket_arn}/{prefix}" for prefix in prefixes],
            ),
            iam.PolicyStatement(
                sid="PublishWeeks",
                actions=["s3:PutObject", "s3:AbortMultipartUpload"],
                resources=[f"{bucket_arn}/{CURATED_PREFIX}*"],
            ),
            # By its name: its own ARN would make the role depend on the function that depends on it.
            iam.PolicyStatement(
                sid="HandOverToItself",
                actions=["lambda:InvokeFunction"],
                resources=[self.function_arn(self.names.curate_week)],
            ),
        )
        for statement in statements:
            self.curate_week.role.add_to_principal_policy(statement)

    def _schedule(self) -> None:
        scheduler.Schedule(
            self,
            "Weekly",
            description="Curates the weeks whose raw objects changed",
            schedule=scheduler.ScheduleExpression.cron(
                week_day="MON", hour="12", minute="0", time_zone=TimeZone.ETC_UTC
            ),
            target=targets.LambdaInvoke(
                self.curate_week.function,
                input=scheduler.ScheduleTargetInput.from_object({}),
                # An invocation that could not be delivered; the default of 185 retries would last a day.
                retry_attempts=3,
                max_event_age=Duration.hours(1),
                dead_letter_queue=self.dead_letters,
            ),
        )

    def _outputs(self) -> None:
        CfnOutput(
            self,
            names.OUTPUT_CURATE_WEEK,
            value=self.curate_week.function.function_name,
            description="Function that curates weeks",
        )
        CfnOutput(
            self,
            names.OUTPUT_CURATION_DEAD_LETTERS,
            value=self.dead_letters.queue_url,
            description="Curations that failed or could not be started",
        )
