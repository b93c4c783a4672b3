"""What the templates declare that is paid for by what it is, or by how it is configured."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.catalog.tables import TURNS
from schemas.keys.layout import RAW_PREFIX
from schemas.prices import DASHBOARD_FREE_METRICS
from tools.templates.model import Json, Lake, Resource, dig, items, mapping

_MIB_A_GB: Final = 1024
_FREE_STORAGE_MIB: Final = 512
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
        "AWS::StepFunctions::StateMachine",
    }
)
# What costs nothing by itself: what it does is paid for where it is done.
_FREE_TYPES: Final = frozenset(
    {
        "AWS::Athena::NamedQuery",
        "AWS::Athena::WorkGroup",
        "AWS::CDK::Metadata",
        "AWS::Glue::Database",  # Glue counts objects and requests by the million, and the first is free
        "AWS::Glue::Table",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::Permission",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::Queue",  # of dead letters: empty, but for a few requests
        "AWS::SQS::QueuePolicy",
    }
)


@dataclass(frozen=True)
class Function:
    """A function's name, memory and storage above what is free, in GB as Lambda counts them."""

    name: str
    memory_gb: float
    storage_gb: float


@dataclass(frozen=True)
class Copied:
    """A replication rule's prefix, and whether it has time control and metrics."""

    prefix: str
    in_time: bool
    measured: bool


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What is declared, over all stacks."""

    functions: Sequence[Function]
    state_machines: Sequence[str]
    secondary_indexes: int
    alarm_metrics: int
    dashboards: int
    large_dashboards: int
    """Dashboards of too many metrics to be free."""
    copied: Sequence[Copied]
    noncurrent_raw_days: int
    models: int
    phases: int
    schedules: int
    unpriced: Sequence[str]
    """Types that are neither priced nor known to be free."""


def declared(lake: Lake) -> Declared:
    """Return what the stacks declare."""
    buckets = lake.of("AWS::S3::Bucket")
    projected = _projected(lake)
    boards = [_dashboard_metrics(board) for board in lake.of("AWS::CloudWatch::Dashboard")]
    large = sum(metrics > DASHBOARD_FREE_METRICS for metrics in boards)
    types = {resource.type for resource in lake.resources.values()}
    return Declared(
        functions=sorted(map(_function, lake.of("AWS::Lambda::Function")), key=lambda each: each.name),
        state_machines=sorted(machine.name for machine in lake.of("AWS::StepFunctions::StateMachine")),
        secondary_indexes=sum(len(items(it.at("GlobalSecondaryIndexes"))) for it in lake.of("AWS::DynamoDB::Table")),
        alarm_metrics=sum(map(_alarm_metrics, lake.of("AWS::CloudWatch::Alarm"))),
        dashboards=len(boards) - large,
        large_dashboards=large,
        copied=[copied for bucket in buckets for copied in _copied(bucket)],
        noncurrent_raw_days=max(map(_noncurrent_raw_days, buckets), default=0),
        models=len(str(projected.get("projection.model.values", "")).split(",")),
        phases=len(str(projected.get("projection.phase.values", "")).split(",")),
        schedules=len(lake.of("AWS::Scheduler::Schedule")),
        unpriced=sorted(types - _FREE_TYPES - _PRICED_TYPES),
    )


def _function(function: Resource) -> Function:
    memory, storage = _number(function.at("MemorySize")), function.at("EphemeralStorage", "Size")
    more = _number(storage) - _FREE_STORAGE_MIB if storage else 0
    return Function(function.name, memory / _MIB_A_GB, more / _MIB_A_GB)


def _alarm_metrics(alarm: Resource) -> int:
    """Return how many metrics an alarm watches: each is paid for, an expression over them is not."""
    return sum("MetricStat" in mapping(query) for query in items(alarm.at("Metrics"))) or 1


def _dashboard_metrics(board: Resource) -> int:
    """Return how many metrics a dashboard shows; a row that begins with an object is an expression over others."""
    widgets = items(json.loads(str(board.at("DashboardBody") or "{}")).get("widgets"))
    rows = [row for widget in widgets for row in items(dig(widget, ("properties", "metrics")))]
    return sum(isinstance(next(iter(items(row)), None), str) for row in rows)


def _copied(bucket: Resource) -> Iterator[Copied]:
    for rule in items(bucket.at("ReplicationConfiguration", "Rules")):
        destination = mapping(rule).get("Destination")
        yield Copied(
            str(dig(rule, ("Filter", "Prefix"))),
            in_time=dig(destination, ("ReplicationTime", "Status")) == "Enabled",
            measured=dig(destination, ("Metrics", "Status")) == "Enabled",
        )


def _noncurrent_raw_days(bucket: Resource) -> int:
    rules = items(bucket.at("LifecycleConfiguration", "Rules"))
    days = (dig(rule, ("NoncurrentVersionExpiration", "NoncurrentDays")) for rule in rules if _is_of_raw(rule))
    return max((int(_number(each)) for each in days if each), default=0)


def _is_of_raw(rule: object) -> bool:
    return mapping(rule).get("Prefix") == RAW_PREFIX


def _projected(lake: Lake) -> Json:
    """Return the projection of the table of turns."""
    tables = (table for table in lake.of("AWS::Glue::Table") if table.name == TURNS)
    return next((mapping(table.at("TableInput", "Parameters")) for table in tables), {})


def _number(value: object) -> float:
    """Return a template's number, which may be written as text; raise `ValueError` where it is none."""
    return float(str(value))
