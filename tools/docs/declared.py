"""What the templates declare that is paid for by what it is, or by how it is configured."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from schemas.catalog.tables import TURNS
from schemas.keys.layout import RAW_PREFIX
from tools.templates.model import Lake, Resource, dig, items, mapping

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
        "AWS::SQS::Queue",
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
        "AWS::QuickSight::Analysis",
        "AWS::QuickSight::Dashboard",
        "AWS::QuickSight::DataSet",
        "AWS::QuickSight::DataSource",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::Scheduler::ScheduleGroup",
    }
)


@dataclass(frozen=True)
class Copied:
    """A replication rule's prefix, and whether it has time control and metrics."""

    prefix: str
    in_time: bool
    measured: bool


def unpriced_types(lake: Lake) -> list[str]:
    """Return the types that are neither priced nor known to be free."""
    return sorted({resource.type for resource in lake.resources.values()} - _FREE_TYPES - _PRICED_TYPES)


def memory_gb(function: Resource) -> float:
    """Return a function's memory as Lambda counts it."""
    return _number(function.at("MemorySize")) / _MIB_A_GB


def disk_gb(function: Resource) -> float:
    """Return a function's storage above what is free."""
    size = function.at("EphemeralStorage", "Size")
    return (_number(size) - _FREE_STORAGE_MIB) / _MIB_A_GB if size else 0


def alarm_metrics(alarm: Resource) -> int:
    """Return how many metrics an alarm watches: each is paid for, an expression over them is not."""
    return sum("MetricStat" in mapping(query) for query in items(alarm.at("Metrics"))) or 1


def dashboard_metrics(board: Resource) -> int:
    """Return how many metrics a dashboard shows; a row that begins with an object is an expression over others."""
    widgets = items(json.loads(str(board.at("DashboardBody") or "{}")).get("widgets"))
    rows = [row for widget in widgets for row in items(dig(widget, ("properties", "metrics")))]
    return sum(isinstance(next(iter(items(row)), None), str) for row in rows)


def copied(lake: Lake) -> Iterator[Copied]:
    """Yield what the replication rules of all buckets copy."""
    for bucket in lake.of("AWS::S3::Bucket"):
        for rule in items(bucket.at("ReplicationConfiguration", "Rules")):
            yield Copied(
                str(dig(rule, ("Filter", "Prefix"))),
                in_time=dig(rule, ("Destination", "ReplicationTime", "Status")) == "Enabled",
                measured=dig(rule, ("Destination", "Metrics", "Status")) == "Enabled",
            )


def noncurrent_raw_days(lake: Lake) -> float:
    """Return for how many days noncurrent versions of raw objects are kept."""
    buckets = lake.of("AWS::S3::Bucket")
    rules = (mapping(rule) for bucket in buckets for rule in items(bucket.at("LifecycleConfiguration", "Rules")))
    kept = (mapping(rule.get("NoncurrentVersionExpiration")) for rule in rules if rule.get("Prefix") == RAW_PREFIX)
    return max((_number(each["NoncurrentDays"]) for each in kept if each), default=0)


def projected_folders(lake: Lake) -> int:
    """Return how many folders a query of turns lists for each day: one for each model and phase."""
    tables = (table for table in lake.of("AWS::Glue::Table") if table.name == TURNS)
    parameters = next((mapping(table.at("TableInput", "Parameters")) for table in tables), {})
    models, phases = (str(parameters.get(f"projection.{name}.values", "")).split(",") for name in ("model", "phase"))
    return len(models) * len(phases)


def _number(value: object) -> float:
    """Return a template's number, which may be written as text; raise `ValueError` where it is none."""
    return float(str(value))
