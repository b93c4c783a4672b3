"""SocraticBenchReplicaObservability: alarms about late copies, which S3 measures in the replica Region alone."""

from typing import Final

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from schemas.names import Part
from stacks.config import Config
from stacks.constructs.alerts import Alerts, Missing
from stacks.constructs.metrics import LakeMetrics
from stacks.lake_stack import LakeStack

# What time control promises for 99.99 % of the objects.
_LATE_SECONDS: Final = 15 * 60


class ReplicaObservabilityStack(LakeStack):
    """Topic and alarms of the replica Region, apart from the bucket, so that a threshold is changed without it."""

    def __init__(self, scope: Construct, *, config: Config) -> None:
        """Declare both; without an `alert_email` nobody is subscribed."""
        super().__init__(
            scope,
            part=Part.REPLICA_OBSERVABILITY,
            config=config,
            description="Alerts of the socratic-bench replica",
        )
        self.metrics = LakeMetrics.of(self)
        self.alerts = Alerts(self, "Alerts", topic_name=self.names.alerts_topic, email=config.alert_email)
        for prefix in config.timed_prefixes:
            self._watch(prefix)

    def _watch(self, prefix: str) -> None:
        self.alerts.alarm(
            "Replication latency",
            of=prefix.rstrip("/"),
            says=f"For a quarter of an hour copies of {prefix} have been more than 15 minutes late.",
            metric=self.metrics.replication("ReplicationLatency", cloudwatch.Stats.MAXIMUM, prefix),
            above=_LATE_SECONDS,
            periods=3,
            missing=Missing.NOTHING_HAPPENED,
        )
