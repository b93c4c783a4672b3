"""The metrics that alarms and dashboard show: the lake's own, and those of AWS services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from aws_cdk import ArnFormat, Duration, aws_cloudwatch as cloudwatch

from schemas import names
from schemas.names import Function, Metric, Part
from stacks.constructs.replication import replication_rule_id
from stacks.lake_stack import LakeStack

MINUTES_5: Final = Duration.minutes(5)
HOUR: Final = Duration.hours(1)
DAY: Final = Duration.days(1)
DEAD_LETTERS: Final[Mapping[Part, str]] = {
    Part.INDEX: "Objects were announced and not indexed or watched.",
    Part.CURATION: "A curation or reconciliation did not happen.",
}
"""What it means that dead letters of a part wait."""


@dataclass(frozen=True, kw_only=True)
class LakeMetrics:
    """The metrics of one copy of the lake; `bucket` and `replica` are the names of its buckets.

    None has a dimension by model, phase or run, each value of which would be billed as a metric.
    """

    stack: LakeStack
    names: names.Names
    bucket: str
    replica: str

    @classmethod
    def of(cls, stack: LakeStack) -> Self:
        """Return the metrics of the copy that a stack belongs to."""
        return cls(
            stack=stack,
            names=stack.names,
            bucket=stack.names.bucket(stack.account),
            replica=stack.names.replica_bucket(stack.account),
        )

    def own(self, metric: Metric, statistic: str, period: Duration) -> cloudwatch.Metric:
        """Return a metric that the functions log; it is there for the periods in which one of them did."""
        return cloudwatch.Metric(
            namespace=self.names.metric_namespace, metric_name=metric, statistic=statistic, period=period
        )

    def executions(self, name: str) -> cloudwatch.Metric:
        """Return a count of executions of `CurateParts`, such as those that failed.

        https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
        """
        machine = self.stack.format_arn(
            service="states",
            resource="stateMachine",
            resource_name=self.names.curate_parts,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return cloudwatch.Metric(
            namespace="AWS/States",
            metric_name=name,
            dimensions_map={"StateMachineArn": machine},
            statistic=cloudwatch.Stats.SUM,
            period=MINUTES_5,
        )

    def invalid_share(self) -> cloudwatch.MathExpression:
        """Return the percentage of an hour's runs that are invalid; 0 for a single invalid run."""
        return cloudwatch.MathExpression(
            expression="IF(invalid > 1, 100 * invalid / runs, 0)",
            label="invalid runs, %",
            period=HOUR,
            using_metrics={
                "invalid": self.own(Metric.INVALID_RUNS, cloudwatch.Stats.SUM, HOUR),
                "runs": self.own(Metric.RUNS, cloudwatch.Stats.SUM, HOUR),
            },
        )

    def invocations(self, function: Function, name: str) -> cloudwatch.Metric:
        """Return a count of a function's invocations, such as its errors; it is there while the function is invoked.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
        """
        return cloudwatch.Metric(
            namespace="AWS/Lambda",
            metric_name=name,
            dimensions_map={"FunctionName": self.names.function(function)},
            statistic=cloudwatch.Stats.SUM,
            period=MINUTES_5,
        )

    def refresh_failures(self, data_sets: Sequence[str]) -> cloudwatch.MathExpression:
        """Return how many refreshes of QuickSight's data sets failed in a day, or could not be started.

        Each of its metrics is there only when there is something to count, so that `SUM` adds those that are.
        https://docs.aws.amazon.com/quicksight/latest/user/cw-metrics.html
        https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
        """
        found = {
            "dropped": cloudwatch.Metric(
                namespace="AWS/Scheduler",
                metric_name="InvocationDroppedCount",
                dimensions_map={"ScheduleGroup": self.names.refreshes},
                statistic=cloudwatch.Stats.SUM,
                period=DAY,
            )
        }
        for name in data_sets:
            found[f"failed_{name}"] = cloudwatch.Metric(
                namespace="AWS/QuickSight",
                metric_name="IngestionErrorCount",
                dimensions_map={"DatasetId": self.names.data_set(name)},
                statistic=cloudwatch.Stats.SUM,
                period=DAY,
            )
        return cloudwatch.MathExpression(
            expression=f"SUM([{', '.join(found)}])", label="failed refreshes", period=DAY, using_metrics=dict(found)
        )

    def messages(self, part: Part) -> cloudwatch.Metric:
        """Return how many dead letters of a part wait; a queue that nobody uses for six hours may stop saying so.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
        """
        return cloudwatch.Metric(
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions_map={"QueueName": self.names.dead_letters(part)},
            statistic=cloudwatch.Stats.MAXIMUM,
            period=MINUTES_5,
        )

    def replication(self, name: str, statistic: str, prefix: str, *, region: str | None = None) -> cloudwatch.Metric:
        """Return a metric of a prefix's replication; a dashboard needs to know the Region where it is not its own.

        Failures are published in the source's Region, everything else in the destination's:
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
        """
        return cloudwatch.Metric(
            namespace="AWS/S3",
            metric_name=name,
            dimensions_map={
                "SourceBucket": self.bucket,
                "DestinationBucket": self.replica,
                "RuleId": replication_rule_id(prefix),
            },
            statistic=statistic,
            period=MINUTES_5,
            region=region,
        )
