"""Every name that two places must agree on: physical names, outputs, environment variables, indexes and metrics."""

import re
from dataclasses import dataclass
from typing import Final

from schemas.roles import Role

PRIMARY_REGION: Final = "us-east-1"
REPLICA_REGION: Final = "us-west-2"

_STAGE: Final = re.compile(r"[a-z][a-z0-9]{0,9}")
STAGE_EXPECTED: Final = "nothing, or a lower-case letter and up to 9 lower-case letters or digits"


class StageError(ValueError):
    """A stage that no physical name could carry."""


@dataclass(frozen=True)
class Names:
    """Physical names of one copy of the lake.

    `stage` is empty for the one that counts; another value suffixes every fixed name, so that a second copy
    can live in the same account.
    """

    stage: str = ""

    def __post_init__(self) -> None:
        """Raise `StageError` unless the stage fits all the names it goes into."""
        if self.stage and not _STAGE.fullmatch(self.stage):
            msg = f"stage {self.stage!r}: expected {STAGE_EXPECTED}"
            raise StageError(msg)

    def _staged(self, name: str) -> str:
        return f"{name}-{self.stage}" if self.stage else name

    def stack(self, part: str) -> str:
        """Return the CloudFormation stack's name of one part, such as `STORAGE`."""
        return self._staged(f"SocraticBench{part}")

    def bucket(self, account: str) -> str:
        """Return the primary bucket's name; `account` is an account id or a token that stands for one."""
        return self._staged(f"socratic-bench-{account}")

    def replica_bucket(self, account: str) -> str:
        """Return the name of the bucket in `REPLICA_REGION` that config, calibration and manifests go to."""
        return f"{self.bucket(account)}-{REPLICA_REGION}"

    @property
    def runs_table(self) -> str:
        """The DynamoDB table that indexes raw objects."""
        return self._staged("SocraticBench-Runs")

    @property
    def index_run(self) -> str:
        """The function that indexes one raw object per event."""
        return self._staged("IndexRun")

    @property
    def watch_calibration(self) -> str:
        """The function that publishes what canaries found."""
        return self._staged("WatchCalibration")

    @property
    def curate_week(self) -> str:
        """The function that curates weeks."""
        return self._staged("CurateWeek")

    @property
    def reconcile_daily(self) -> str:
        """The function that compares bucket, index and curated weeks every day."""
        return self._staged("ReconcileDaily")

    @property
    def index_dead_letters(self) -> str:
        """The queue of events that could not be indexed or watched."""
        return self._staged("SocraticBench-IndexDeadLetters")

    @property
    def curation_dead_letters(self) -> str:
        """The queue of curations and reconciliations that failed."""
        return self._staged("SocraticBench-CurationDeadLetters")

    @property
    def alerts_topic(self) -> str:
        """The topic that alarms publish to, one of that name in each Region."""
        return self._staged("SocraticBenchmarkAlerts")

    @property
    def dashboard(self) -> str:
        """The CloudWatch dashboard."""
        return self._staged("SocraticBenchHealth")

    @property
    def database(self) -> str:
        """The Glue database; Athena takes no hyphen in its name without quotes."""
        return f"socratic_bench_{self.stage}" if self.stage else "socratic_bench"

    @property
    def workgroup(self) -> str:
        """The Athena workgroup that queries run in."""
        return self._staged("socratic-bench")

    def role(self, role: Role) -> str:
        """Return the name of the role that people and programs assume to use the lake."""
        return self._staged(f"SocraticBench{role}")

    @property
    def metric_namespace(self) -> str:
        """The CloudWatch namespace of the lake's own metrics."""
        return self._staged("SocraticBench")

    @property
    def break_glass_role(self) -> str:
        """The only role that may delete registry artifacts, manifests and golden sets."""
        return self.role(Role.BREAK_GLASS)

    @property
    def recovery_role(self) -> str:
        """The role that `IndexRun` has where it runs in `REPLICA_REGION`, made before it is needed."""
        return self._staged("SocraticBenchRecovery")

    @property
    def replication_role(self) -> str:
        """The role S3 assumes to replicate into the replica bucket."""
        return self._staged("SocraticBenchReplication")


# Parts that make a stack each, see Names.stack.
REPLICA: Final = "Replica"
INDEX: Final = "Index"
STORAGE: Final = "Storage"
CATALOG: Final = "Catalog"
CURATION: Final = "Curation"
ACCESS: Final = "Access"
OBSERVABILITY: Final = "Observability"
REPLICA_OBSERVABILITY: Final = "ReplicaObservability"

# Keys of CloudFormation outputs; operators' commands find deployed resources by them alone.
OUTPUT_BUCKET: Final = "BucketName"
OUTPUT_REPLICA_BUCKET: Final = "ReplicaBucketName"
OUTPUT_RUNS_TABLE: Final = "RunsTableName"
OUTPUT_INDEX_RUN: Final = "IndexRunFunctionName"
OUTPUT_WATCH_CALIBRATION: Final = "WatchCalibrationFunctionName"
OUTPUT_INDEX_DEAD_LETTERS: Final = "IndexDeadLetterQueueUrl"
OUTPUT_DATABASE: Final = "DatabaseName"
OUTPUT_WORKGROUP: Final = "WorkgroupName"
OUTPUT_CURATE_WEEK: Final = "CurateWeekFunctionName"
OUTPUT_CURATION_DEAD_LETTERS: Final = "CurationDeadLetterQueueUrl"
OUTPUT_RECONCILE_DAILY: Final = "ReconcileDailyFunctionName"

# Environment variables of the functions.
ENV_BUCKET: Final = "LAKE_BUCKET"
ENV_RUNS_TABLE: Final = "RUNS_TABLE"
ENV_INDEX_RUN: Final = "INDEX_RUN"
ENV_FIRST_DT: Final = "FIRST_DT"
ENV_FIRST_WEEK: Final = "FIRST_WEEK"
ENV_METRIC_NAMESPACE: Final = "METRIC_NAMESPACE"

# Secondary indexes of the runs table.
HALF_LIFE_INDEX: Final = "HalfLifeIndex"
COMPLIANCE_INDEX: Final = "ComplianceIndex"
MODEL_DATE_INDEX: Final = "ModelDateIndex"

# CloudWatch metrics. None has a model, phase or run dimension: each value of one would be billed as a metric.
METRIC_RUNS: Final = "RunsIndexed"
METRIC_TURNS: Final = "TurnsIndexed"
METRIC_INVALID_LINES: Final = "InvalidLines"
METRIC_INVALID_RUNS: Final = "InvalidRuns"
METRIC_UNREGISTERED_MODELS: Final = "UnregisteredModels"
METRIC_UNPROJECTED_RUNS: Final = "UnprojectedRuns"
METRIC_GONE: Final = "GoneVersions"
METRIC_MAX_DEVIATION: Final = "MaxDeviation"
METRIC_AVG_DEVIATION: Final = "AvgDeviation"
METRIC_ALERT_TRIGGERED: Final = "AlertTriggered"
METRIC_INVALID_CALIBRATIONS: Final = "InvalidCalibrations"
METRIC_CURATED_WEEKS: Final = "WeeksCurated"
METRIC_CURATED_ROWS: Final = "RowsCurated"
METRIC_REJECTED_LINES: Final = "LinesRejected"
METRIC_DUPLICATES: Final = "DuplicateTurns"
METRIC_CURATION_BYTES_IN: Final = "CurationBytesIn"
METRIC_CURATION_BYTES_OUT: Final = "CurationBytesOut"
METRIC_CURATION_SECONDS: Final = "CurationSeconds"
METRIC_REJECTED_SHARE: Final = "RejectedShare"
METRIC_REGRESSIONS: Final = "Regressions"
METRIC_DRIFT: Final = "IndexDrift"
METRIC_CURATION_AGE: Final = "CurationAgeDays"

# Units of the metrics that are no counts.
UNITS_OF_METRICS: Final = {
    METRIC_MAX_DEVIATION: "None",
    METRIC_AVG_DEVIATION: "None",
    METRIC_CURATION_BYTES_IN: "Bytes",
    METRIC_CURATION_BYTES_OUT: "Bytes",
    METRIC_CURATION_SECONDS: "Seconds",
    METRIC_REJECTED_SHARE: "Percent",
}
