"""Names that two places must agree on: stacks, functions, outputs, variables, metrics, indexes, physical names."""

import re
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final, Self

from schemas.roles import Role

PRIMARY_REGION: Final = "us-east-1"
REPLICA_REGION: Final = "us-west-2"

# Secondary indexes of the runs table.
HALF_LIFE_INDEX: Final = "HalfLifeIndex"
COMPLIANCE_INDEX: Final = "ComplianceIndex"
MODEL_DATE_INDEX: Final = "ModelDateIndex"


@unique
class Part(StrEnum):
    """A part of the lake; each is one CloudFormation stack, whose name the value ends.

    An optional part is deployed only where a choice of the deployment asks for it.
    """

    region: str
    optional: bool

    def __new__(cls, value: str, region: str = PRIMARY_REGION, optional: bool = False) -> Self:  # noqa: FBT001, FBT002
        """Make a part and say which Region it is deployed to, unless that one is lost."""
        part = str.__new__(cls, value)
        part._value_ = value
        part.region, part.optional = region, optional
        return part

    REPLICA = "Replica", REPLICA_REGION
    INDEX = "Index"
    STORAGE = "Storage"
    CATALOG = "Catalog"
    CURATION = "Curation"
    ACCESS = "Access"
    OBSERVABILITY = "Observability"
    REPLICA_OBSERVABILITY = "ReplicaObservability", REPLICA_REGION
    DASHBOARDS = "Dashboards", PRIMARY_REGION, True


@unique
class Output(StrEnum):
    """A CloudFormation output by its key; operators' commands find deployed resources by outputs alone."""

    part: Part

    def __new__(cls, value: str, part: Part) -> Self:
        """Make an output of the stack of `part`."""
        output = str.__new__(cls, value)
        output._value_ = value
        output.part = part
        return output

    BUCKET = "BucketName", Part.STORAGE
    REPLICA_BUCKET = "ReplicaBucketName", Part.REPLICA
    RUNS_TABLE = "RunsTableName", Part.INDEX
    INDEX_DEAD_LETTERS = "IndexDeadLetterQueueUrl", Part.INDEX
    CURATION_DEAD_LETTERS = "CurationDeadLetterQueueUrl", Part.CURATION
    DATABASE = "DatabaseName", Part.CATALOG
    WORKGROUP = "WorkgroupName", Part.CATALOG


@unique
class Function(StrEnum):
    """A Lambda function by its name; its code is in `lambdas/`, in a folder called `package`."""

    part: Part
    retries: int
    purpose: str

    def __new__(cls, value: str, part: Part, retries: int, purpose: str) -> Self:
        """Make a function of the stack of `part`; an event that fails is tried `retries` times more."""
        function = str.__new__(cls, value)
        function._value_ = value
        function.part, function.retries, function.purpose = part, retries, purpose
        return function

    INDEX_RUN = "IndexRun", Part.INDEX, 2, "indexes a raw object"
    WATCH_CALIBRATION = "WatchCalibration", Part.INDEX, 2, "publishes what canaries found"
    CURATE_WEEK = "CurateWeek", Part.CURATION, 1, "curates weeks"
    RECONCILE_DAILY = "ReconcileDaily", Part.CURATION, 1, "reconciles the last weeks"

    @property
    def package(self) -> str:
        """The name of its folder in `lambdas/`."""
        return self.name.lower()

    @property
    def output(self) -> str:
        """The key of the CloudFormation output that holds its physical name."""
        return f"{self}FunctionName"


@unique
class Variable(StrEnum):
    """An environment variable of the functions."""

    BUCKET = "LAKE_BUCKET"
    RUNS_TABLE = "RUNS_TABLE"
    INDEX_RUN = "INDEX_RUN"
    REPLICA_BUCKET = "REPLICA_BUCKET"
    CURATE_PARTS = "CURATE_PARTS"
    FIRST_DT = "FIRST_DT"
    FIRST_WEEK = "FIRST_WEEK"
    METRIC_NAMESPACE = "METRIC_NAMESPACE"


@unique
class Metric(StrEnum):
    """A CloudWatch metric that the functions publish.

    None has a model, phase or run dimension: each value of one would be billed as a metric.
    """

    function: Function
    unit: str

    def __new__(cls, value: str, function: Function, unit: str = "Count") -> Self:
        """Make a metric that `function` publishes, with CloudWatch's name of its unit."""
        metric = str.__new__(cls, value)
        metric._value_ = value
        metric.function, metric.unit = function, unit
        return metric

    RUNS = "RunsIndexed", Function.INDEX_RUN
    TURNS = "TurnsIndexed", Function.INDEX_RUN
    INVALID_LINES = "InvalidLines", Function.INDEX_RUN
    INVALID_RUNS = "InvalidRuns", Function.INDEX_RUN
    UNREGISTERED_MODELS = "UnregisteredModels", Function.INDEX_RUN
    UNPROJECTED_RUNS = "UnprojectedRuns", Function.INDEX_RUN
    GONE = "GoneVersions", Function.INDEX_RUN
    INVALID_SUMMARIES = "InvalidSummaries", Function.INDEX_RUN
    MAX_DEVIATION = "MaxDeviation", Function.WATCH_CALIBRATION, "None"
    AVG_DEVIATION = "AvgDeviation", Function.WATCH_CALIBRATION, "None"
    ALERT_TRIGGERED = "AlertTriggered", Function.WATCH_CALIBRATION
    INVALID_CALIBRATIONS = "InvalidCalibrations", Function.WATCH_CALIBRATION
    CURATED_WEEKS = "WeeksCurated", Function.CURATE_WEEK
    CURATED_ROWS = "RowsCurated", Function.CURATE_WEEK
    REJECTED_LINES = "LinesRejected", Function.CURATE_WEEK
    DUPLICATES = "DuplicateTurns", Function.CURATE_WEEK
    CURATION_BYTES_IN = "CurationBytesIn", Function.CURATE_WEEK, "Bytes"
    CURATION_BYTES_OUT = "CurationBytesOut", Function.CURATE_WEEK, "Bytes"
    CURATION_SECONDS = "CurationSeconds", Function.CURATE_WEEK, "Seconds"
    REJECTED_SHARE = "RejectedShare", Function.CURATE_WEEK, "Percent"
    TOO_LARGE = "RunsTooLarge", Function.CURATE_WEEK
    REGRESSIONS = "Regressions", Function.CURATE_WEEK
    DRIFT = "IndexDrift", Function.RECONCILE_DAILY
    REPLICA_DRIFT = "ReplicaDrift", Function.RECONCILE_DAILY
    CURATION_AGE = "CurationAgeDays", Function.RECONCILE_DAILY


_STAGE: Final = re.compile(r"[a-z][a-z0-9]{0,9}")
STAGE_EXPECTED: Final = "nothing, or a lower-case letter and up to 9 lower-case letters or digits"


class StageError(ValueError):
    """A stage that no physical name could carry."""


@dataclass(frozen=True)
class Names:
    """Physical names of one copy of the lake.

    `stage` is empty for the main copy; another value suffixes every fixed name, so that a second copy can live in
    the same account.
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
        """Return the name of the CloudFormation stack of a `Part`, or of one beside the lake."""
        return self._staged(f"SocraticBench{part}")

    def function(self, function: Function) -> str:
        """Return the name of a Lambda function."""
        return self._staged(function)

    @property
    def curate_parts(self) -> str:
        """The state machine that curates weeks of several parts."""
        return self._staged("CurateParts")

    def dead_letters(self, part: Part) -> str:
        """Return the name of the queue of what a part's functions could not do."""
        return self._staged(f"SocraticBench-{part}DeadLetters")

    def bucket(self, account: str) -> str:
        """Return the primary bucket's name; `account` is an account id or a token that stands for one."""
        return self._staged(f"socratic-bench-{account}")

    def replica_bucket(self, account: str) -> str:
        """Return the name of the bucket in `REPLICA_REGION` that `REPLICATED_PREFIXES` go to."""
        return f"{self.bucket(account)}-{REPLICA_REGION}"

    @property
    def runs_table(self) -> str:
        """The DynamoDB table that indexes raw objects."""
        return self._staged("SocraticBench-Runs")

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

    @property
    def client_workgroup(self) -> str:
        """The Athena workgroup whose results clients find in the bucket."""
        return self._staged("socratic-bench-clients")

    @property
    def quicksight(self) -> str:
        """The id in QuickSight of the data source, and of the analysis and the dashboard over it."""
        return self._staged("socratic-bench-weeks")

    def data_set(self, name: str) -> str:
        """Return the id of a data set in QuickSight."""
        return self._staged(f"socratic-bench-{name.replace('_', '-')}")

    @property
    def refreshes(self) -> str:
        """The group of the schedules that refresh the data sets."""
        return self._staged("SocraticBenchRefreshes")

    def role(self, role: Role) -> str:
        """Return the name of the role that people and programs assume to use the lake."""
        return self._staged(f"SocraticBench{role}")

    @property
    def metric_namespace(self) -> str:
        """The CloudWatch namespace of the lake's own metrics."""
        return self._staged("SocraticBench")

    @property
    def recovery_role(self) -> str:
        """The role that `IndexRun` has where it runs in `REPLICA_REGION`, made before it is needed."""
        return self._staged("SocraticBenchRecovery")

    @property
    def replication_role(self) -> str:
        """The role S3 assumes to replicate into the replica bucket."""
        return self._staged("SocraticBenchReplication")
