"""What the templates declare that is paid for by what it is, and by how it is configured."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from schemas.catalog.tables import TURNS
from schemas.keys.layout import RAW_PREFIX
from schemas.names import Metric
from tools.docs.prices import FREE_TYPES
from tools.templates.model import Declared, Json

_KIB_OF_MIB: Final = 1024
_FREE_STORAGE_MIB: Final = 512
# Types that `costs.py` reckons.
_PRICED_TYPES: Final = frozenset(
    {
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::DynamoDB::Table",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
        "AWS::Scheduler::Schedule",
    }
)


@dataclass(frozen=True)
class Function:
    """A function's name, memory and storage above what is free, in GB as Lambda counts them."""

    name: str
    memory_gb: float
    storage_gb: float


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What is declared, over all stacks."""

    functions: Sequence[Function]
    secondary_indexes: int
    alarm_metrics: int
    dashboards: int
    own_metrics: int
    replicated: Sequence[str]
    """Prefixes, one for each rule with time control and metrics."""
    noncurrent_raw_days: int
    models: int
    phases: int
    schedules: int
    unpriced: Sequence[str]
    """Types whose price nobody has written down."""


def resources_of(stacks: Sequence[Declared]) -> Resources:
    """Return what the stacks declare."""
    every = [resource for stack in stacks for resource in stack.resources()]

    def of(kind: str) -> list[Json]:
        return [resource.properties for resource in every if resource.type == kind]

    buckets, projected = of("AWS::S3::Bucket"), _projected(of("AWS::Glue::Table"))
    known = FREE_TYPES | _PRICED_TYPES
    return Resources(
        functions=sorted((_function(each) for each in of("AWS::Lambda::Function")), key=lambda each: each.name),
        secondary_indexes=sum(
            len(_list(table.get("GlobalSecondaryIndexes"))) for table in of("AWS::DynamoDB::Table")
        ),
        alarm_metrics=sum(_metrics(alarm) for alarm in of("AWS::CloudWatch::Alarm")),
        dashboards=len(of("AWS::CloudWatch::Dashboard")),
        own_metrics=len(Metric),
        replicated=sorted(prefix for bucket in buckets for prefix in _replicated(bucket)),
        noncurrent_raw_days=max((_noncurrent_days(bucket, RAW_PREFIX) for bucket in buckets), default=0),
        models=len(projected.get("projection.model.values", "").split(",")),
        phases=len(projected.get("projection.phase.values", "").split(",")),
        schedules=len(of("AWS::Scheduler::Schedule")),
        unpriced=sorted({resource.type for resource in every} - known),
    )


def _function(properties: Json) -> Function:
    storage = cast("Mapping[str, float]", properties.get("EphemeralStorage", {})).get("Size", _FREE_STORAGE_MIB)
    return Function(
        str(properties["FunctionName"]),
        float(cast("float", properties["MemorySize"])) / _KIB_OF_MIB,
        (storage - _FREE_STORAGE_MIB) / _KIB_OF_MIB,
    )


def _metrics(alarm: Json) -> int:
    """Return how many metrics an alarm watches: each is paid for, an expression over them is not."""
    return sum("MetricStat" in query for query in _list(alarm.get("Metrics"))) or 1


def _replicated(bucket: Json) -> Iterator[str]:
    configuration = cast("Json", bucket.get("ReplicationConfiguration", {}))
    for rule in _list(configuration.get("Rules")):
        yield str(cast("Json", rule["Filter"])["Prefix"])


def _noncurrent_days(bucket: Json, prefix: str) -> int:
    configuration = cast("Json", bucket.get("LifecycleConfiguration", {}))
    for rule in _list(configuration.get("Rules")):
        if rule.get("Prefix") == prefix and "NoncurrentVersionExpiration" in rule:
            return int(cast("Mapping[str, int]", rule["NoncurrentVersionExpiration"])["NoncurrentDays"])
    return 0


def _projected(tables: Sequence[Json]) -> Mapping[str, str]:
    """Return the projection of the table of turns."""
    for table in tables:
        described = cast("Json", table["TableInput"])
        if described["Name"] == TURNS:
            return cast("Mapping[str, str]", described["Parameters"])
    return {}


def _list(value: object) -> list[Json]:
    return cast("list[Json]", value or [])
