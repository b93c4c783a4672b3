"""SocraticBenchObservability: the alarms and the dashboard of the primary Region."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration, aws_cloudwatch as cloudwatch
from constructs import Construct

from schemas import names
from schemas.names import Function, Metric, Part
from stacks.config import Config
from stacks.constructs.alerts import Alerts, Missing
from stacks.constructs.dashboard import HealthDashboard
from stacks.constructs.metrics import DAY, DEAD_LETTERS, HOUR, LakeMetrics
from stacks.lake_stack import LakeStack

_SUM: Final = cloudwatch.Stats.SUM
_MAXIMUM: Final = cloudwatch.Stats.MAXIMUM

_INVALID_PERCENT: Final = 5
_REJECTED_PERCENT: Final = 1
# A week and the day on which the next one is curated.
_CURATION_DAYS: Final = 8


@dataclass(frozen=True, kw_only=True)
class _Watched:
    """An alarm about one of the lake's own metrics, see `Alerts.alarm`."""

    title: str
    metric: Metric
    says: str
    statistic: str = _MAXIMUM
    period: Duration = DAY
    above: float = 0
    missing: cloudwatch.TreatMissingData = Missing.AS_BEFORE


_WATCHED: Final = (
    _Watched(
        title="Invalid summaries",
        metric=Metric.INVALID_SUMMARIES,
        says="A run's summary is not one valid line of JSON: Athena's runs show nulls, or nothing of it.",
        statistic=_SUM,
        period=HOUR,
        missing=Missing.NOTHING_HAPPENED,
    ),
    _Watched(
        title="Unregistered models",
        metric=Metric.UNREGISTERED_MODELS,
        says="Runs of a model that Athena does not show.",
        statistic=_SUM,
        period=HOUR,
        missing=Missing.NOTHING_HAPPENED,
    ),
    _Watched(
        title="Unprojected runs",
        metric=Metric.UNPROJECTED_RUNS,
        says="Runs of a day or week that Athena does not show.",
        statistic=_SUM,
        period=HOUR,
        missing=Missing.NOTHING_HAPPENED,
    ),
    _Watched(
        title="Judge calibration",
        metric=Metric.ALERT_TRIGGERED,
        says="The judge deviates from the experts by more than its result's alert_threshold.",
    ),
    _Watched(
        title="Invalid calibration results",
        metric=Metric.INVALID_CALIBRATIONS,
        says="A canary wrote what is no result, so that nobody knows how the judge does.",
        statistic=_SUM,
        period=HOUR,
        missing=Missing.NOTHING_HAPPENED,
    ),
    _Watched(
        title="Curation age",
        metric=Metric.CURATION_AGE,
        says=f"No week was curated for more than {_CURATION_DAYS} days, or ReconcileDaily did not say when.",
        above=_CURATION_DAYS,
        missing=Missing.ALARMING,
    ),
    # The silence of these two is the curation age's too, which the same function publishes.
    _Watched(title="Index drift", metric=Metric.DRIFT, says="Bucket, index and curated weeks disagree."),
    _Watched(
        title="Replica drift",
        metric=Metric.REPLICA_DRIFT,
        says="Registry or manifests are not the same in both Regions.",
    ),
    _Watched(
        title="Runs too large",
        metric=Metric.TOO_LARGE,
        says="A week was curated without a run that is larger than a function can do.",
        statistic=_SUM,
        period=HOUR,
        missing=Missing.NOTHING_HAPPENED,
    ),
    _Watched(
        title="Rejected lines",
        metric=Metric.REJECTED_SHARE,
        says=f"Curation rejected more than {_REJECTED_PERCENT} % of the lines.",
        period=HOUR,
        above=_REJECTED_PERCENT,
        missing=Missing.NOTHING_HAPPENED,
    ),
    # A finding, not a state: it is over a day later, so that the next week's alarms again.
    _Watched(
        title="Regressions",
        metric=Metric.REGRESSIONS,
        says="Models hold out for over 20 % fewer turns, or comply 10 points less; not by chance.",
        missing=Missing.NOTHING_HAPPENED,
    ),
)


class ObservabilityStack(LakeStack):
    """Topic, alarms and dashboard; the delay of copies is measured in the replica's Region alone."""

    def __init__(self, scope: Construct, *, config: Config) -> None:
        """Declare everything; without an `alert_email` nobody is subscribed."""
        super().__init__(
            scope,
            part=Part.OBSERVABILITY,
            config=config,
            description="Alerts and dashboard of the socratic-bench lake",
        )
        self.metrics = LakeMetrics.of(self)
        self.alerts = Alerts(self, "Alerts", topic_name=self.names.alerts_topic, email=config.alert_email)
        self._watch_functions()
        self._watch_dead_letters()
        self._watch_invalid_runs()
        self._watch_own_metrics()
        self._watch_executions()
        self._watch_replication(config.timed_prefixes)
        HealthDashboard(
            self,
            "Health",
            metrics=self.metrics,
            alarms=self.alerts.alarms,
            timed=config.timed_prefixes,
        )

    def _watch_functions(self) -> None:
        # A single failure is retried soon. What a schedule invokes is a dead letter within minutes of its failure.
        for function in (each for each in Function if each.part is Part.INDEX):
            self.alerts.alarm(
                f"{function} errors",
                says=f"{function} fails, and its retries with it.",
                metric=self.metrics.invocations(function, "Errors"),
                above=0,
                periods=2,
                out_of=3,
                missing=Missing.NOTHING_HAPPENED,
            )

    def _watch_dead_letters(self) -> None:
        for part, says in DEAD_LETTERS.items():
            self.alerts.alarm(
                f"{part} dead letters",
                says=says,
                metric=self.metrics.messages(part),
                above=0,
                missing=Missing.AS_BEFORE,
            )

    def _watch_invalid_runs(self) -> None:
        self.alerts.alarm(
            "Invalid runs",
            says=f"More than {_INVALID_PERCENT} % of an hour's runs have no valid turn or a bad key.",
            metric=self.metrics.invalid_share(),
            above=_INVALID_PERCENT,
            missing=Missing.NOTHING_HAPPENED,
        )

    def _watch_own_metrics(self) -> None:
        for watched in _WATCHED:
            self.alerts.alarm(
                watched.title,
                says=watched.says,
                metric=self.metrics.own(watched.metric, watched.statistic, watched.period),
                above=watched.above,
                missing=watched.missing,
            )

    def _watch_executions(self) -> None:
        # One that times out or is aborted leaves weeks that are due, which the daily drift tells.
        self.alerts.alarm(
            "CurateParts executions",
            says="An execution for weeks of several parts failed: weeks that it gave up stay as they were.",
            metric=self.metrics.executions("ExecutionsFailed"),
            above=0,
            missing=Missing.NOTHING_HAPPENED,
        )

    def _watch_replication(self, prefixes: Sequence[str]) -> None:
        for prefix in prefixes:
            self.alerts.alarm(
                "Replication failed",
                of=prefix.rstrip("/"),
                says=f"Objects of {prefix} were not copied to {names.REPLICA_REGION}, and will not be by themselves.",
                metric=self.metrics.replication("OperationsFailedReplication", _SUM, prefix),
                above=0,
                missing=Missing.NOTHING_HAPPENED,
            )
