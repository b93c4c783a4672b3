"""The CloudWatch dashboard: whether the lake is healthy, at a glance and then in detail."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import Duration, aws_cloudwatch as cloudwatch
from constructs import Construct

from schemas import names
from schemas.names import Function, Metric
from stacks.constructs.metrics import DAY, DEAD_LETTERS, HOUR, LakeMetrics

_WIDTH: Final = 24
_SUM: Final = cloudwatch.Stats.SUM
_MAXIMUM: Final = cloudwatch.Stats.MAXIMUM


class HealthDashboard(Construct):
    """All alarms first, then the figures that must be zero or small, then what flows through the lake."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        metrics: LakeMetrics,
        alarms: Sequence[cloudwatch.Alarm],
        timed: Sequence[str],
    ) -> None:
        """Declare the dashboard; the replica Region's alarms are not on it, since it would have to import them."""
        super().__init__(scope, construct_id)
        self._metrics, self._timed = metrics, timed
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=metrics.names.dashboard,
            # Two Mondays: what is measured once a week has a figure, and one to compare it with.
            default_interval=Duration.days(14),
            widgets=[
                [
                    cloudwatch.AlarmStatusWidget(
                        title="Is the lake healthy?", width=_WIDTH, height=6, alarms=[*alarms]
                    )
                ],
                self._state(),
                self._runs(),
                self._weeks(),
                self._copies(),
            ],
        )

    def _own(self, *metrics: Metric, statistic: str = _SUM) -> list[cloudwatch.IMetric]:
        return [self._metrics.own(name, statistic, HOUR) for name in metrics]

    def _state(self) -> list[cloudwatch.IWidget]:
        letters = [self._metrics.messages(part) for part in DEAD_LETTERS]
        gauges = (
            Metric.CURATION_AGE,
            Metric.DRIFT,
            Metric.REPLICA_DRIFT,
            Metric.REGRESSIONS,
            Metric.MAX_DEVIATION,
        )
        return [
            cloudwatch.SingleValueWidget(
                title="Last measured", width=16, metrics=[self._metrics.own(name, _MAXIMUM, DAY) for name in gauges]
            ),
            cloudwatch.SingleValueWidget(title="Dead letters", width=8, metrics=letters),
        ]

    def _runs(self) -> list[cloudwatch.IWidget]:
        return [
            _graph("Runs indexed", self._own(Metric.RUNS)),
            _graph(
                "Runs with a defect",
                self._own(
                    Metric.INVALID_RUNS,
                    Metric.INVALID_SUMMARIES,
                    Metric.UNREGISTERED_MODELS,
                    Metric.UNPROJECTED_RUNS,
                ),
            ),
            _graph("Errors", [self._metrics.invocations(function, "Errors") for function in Function]),
        ]

    def _weeks(self) -> list[cloudwatch.IWidget]:
        return [
            _graph("Rows curated", self._own(Metric.CURATED_ROWS)),
            _graph("Lines rejected, %", self._own(Metric.REJECTED_SHARE, statistic=_MAXIMUM)),
            _graph(
                "Judge against experts",
                self._own(Metric.AVG_DEVIATION, Metric.MAX_DEVIATION, statistic=_MAXIMUM),
            ),
        ]

    def _copies(self) -> list[cloudwatch.IWidget]:
        def of_each_prefix(name: str, statistic: str, region: str | None = None) -> list[cloudwatch.IMetric]:
            return [self._metrics.replication(name, statistic, prefix, region=region) for prefix in self._timed]

        away = names.REPLICA_REGION
        return [
            _graph("Replication latency, s", of_each_prefix("ReplicationLatency", _MAXIMUM, away)),
            _graph("Replication pending", of_each_prefix("OperationsPendingReplication", _MAXIMUM, away)),
            _graph("Replication failed", of_each_prefix("OperationsFailedReplication", _SUM)),
        ]


def _graph(title: str, metrics: list[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title, width=_WIDTH // 3, left=metrics, left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False)
    )
