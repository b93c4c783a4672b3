"""SocraticBenchObservability: who is told when something is wrong, and a page that shows whether it is."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from schemas import names
from schemas.names import Function, Metric, Part
from stacks.config import Config
from stacks.constructs.alerts import Alerts, Missing
from stacks.constructs.dashboard import HealthDashboard
from stacks.constructs.metrics import DAY, HOUR, LakeMetrics
from stacks.lake_stack import LakeStack

_SUM: Final = cloudwatch.Stats.SUM
_MAXIMUM: Final = cloudwatch.Stats.MAXIMUM

_INVALID_PERCENT: Final = 5
_REJECTED_PERCENT: Final = 1
# A week and the day on which the next one is curated.
_CURATION_DAYS: Final = 8


class ObservabilityStack(LakeStack):
    """Topic, alarms and dashboard of the primary Region, where all but the delay of copies is measured."""

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
        self._watch_runs()
        self._watch_calibration()
        self._watch_curation()
        self._watch_curated_weeks()
        self._watch_replication(config.timed_prefixes)
        HealthDashboard(
            self,
            "Health",
            metrics=self.metrics,
            alarms=self.alerts.alarms,
            timed=config.timed_prefixes,
        )

    def _watch_functions(self) -> None:
        # An event is tried three times, and what ends as a dead letter has its own alarm; a schedule's only call is
        # the week's or the day's.
        for function in Function:
            is_event = function.retries > 1
            self.alerts.alarm(
                f"{function} errors",
                says=f"{function} fails, " + ("and its retries with it." if is_event else "and is tried once more."),
                metric=self.metrics.invocations(function, "Errors"),
                above=0,
                periods=2 if is_event else 1,
                out_of=3 if is_event else 1,
                missing=Missing.NOTHING_HAPPENED,
            )

    def _watch_dead_letters(self) -> None:
        for part, says in (
            (Part.INDEX, "Objects were announced and not indexed or watched."),
            (Part.CURATION, "A curation or reconciliation did not happen."),
        ):
            self.alerts.alarm(
                f"{part} dead letters",
                says=says,
                metric=self.metrics.messages(part),
                above=0,
                missing=Missing.AS_BEFORE,
            )

    def _watch_runs(self) -> None:
        self.alerts.alarm(
            "Invalid runs",
            says=f"More than {_INVALID_PERCENT} % of an hour's runs have no valid turn or a bad key.",
            metric=self.metrics.invalid_share(),
            above=_INVALID_PERCENT,
            missing=Missing.NOTHING_HAPPENED,
        )
        for title, metric, says in (
            ("Unregistered models", Metric.UNREGISTERED_MODELS, "Runs of a model that Athena does not show."),
            ("Unprojected runs", Metric.UNPROJECTED_RUNS, "Runs of a day or week that Athena does not show."),
        ):
            self.alerts.alarm(
                title,
                says=says,
                metric=self.metrics.own(metric, _SUM, HOUR),
                above=0,
                missing=Missing.NOTHING_HAPPENED,
            )

    def _watch_calibration(self) -> None:
        self.alerts.alarm(
            "Judge calibration",
            says="The judge deviates from the experts by more than its result's alert_threshold.",
            metric=self.metrics.own(Metric.ALERT_TRIGGERED, _MAXIMUM, DAY),
            above=0,
            missing=Missing.AS_BEFORE,
        )
        self.alerts.alarm(
            "Invalid calibration results",
            says="A canary wrote what is no result, so that nobody knows how the judge does.",
            metric=self.metrics.own(Metric.INVALID_CALIBRATIONS, _SUM, HOUR),
            above=0,
            missing=Missing.NOTHING_HAPPENED,
        )

    def _watch_curation(self) -> None:
        self.alerts.alarm(
            "Curation age",
            says=f"No week was curated for more than {_CURATION_DAYS} days, or ReconcileDaily did not say when.",
            metric=self.metrics.own(Metric.CURATION_AGE, _MAXIMUM, DAY),
            above=_CURATION_DAYS,
            missing=Missing.ALARMING,
        )
        # Its silence is the curation age's too, which has the same publisher.
        self.alerts.alarm(
            "Index drift",
            says="Bucket, index and curated weeks disagree.",
            metric=self.metrics.own(Metric.DRIFT, _MAXIMUM, DAY),
            above=0,
            missing=Missing.AS_BEFORE,
        )
        self.alerts.alarm(
            "Replica drift",
            says="Registry or manifests are not the same in both Regions.",
            metric=self.metrics.own(Metric.REPLICA_DRIFT, _MAXIMUM, DAY),
            above=0,
            missing=Missing.AS_BEFORE,
        )

        for of, metric in (
            ("failed", "ExecutionsFailed"),
            ("timed out", "ExecutionsTimedOut"),
            ("aborted", "ExecutionsAborted"),
        ):
            self.alerts.alarm(
                "CurateParts executions",
                of=of,
                says=f"An execution for weeks of several parts {of}: weeks that it gave up stay as they were.",
                metric=self.metrics.executions(metric),
                above=0,
                missing=Missing.NOTHING_HAPPENED,
            )

    def _watch_curated_weeks(self) -> None:
        self.alerts.alarm(
            "Runs too large",
            says="A week was curated without a run that is larger than a function can do.",
            metric=self.metrics.own(Metric.TOO_LARGE, _SUM, HOUR),
            above=0,
            missing=Missing.NOTHING_HAPPENED,
        )
        self.alerts.alarm(
            "Rejected lines",
            says=f"Curation rejected more than {_REJECTED_PERCENT} % of the lines.",
            metric=self.metrics.own(Metric.REJECTED_SHARE, _MAXIMUM, HOUR),
            above=_REJECTED_PERCENT,
            missing=Missing.NOTHING_HAPPENED,
        )
        # A finding, not a state: a day later it is over, so that the next week's is told again.
        self.alerts.alarm(
            "Regressions",
            says="Models do worse than the week before: half-life down by over 20 % or compliance by over 10 points.",
            metric=self.metrics.own(Metric.REGRESSIONS, _MAXIMUM, DAY),
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
