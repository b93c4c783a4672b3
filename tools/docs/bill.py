"""A month's bill line by line, from what the templates declare and `docs/workload.toml` says. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from schemas import prices
from schemas.keys.layout import RAW_PREFIX
from schemas.names import Metric
from schemas.prices import DASHBOARD_FREE_METRICS, Price
from tools.docs.declared import (
    Copied,
    alarm_metrics,
    copied,
    dashboard_metrics,
    disk_gb,
    memory_gb,
    noncurrent_raw_days,
    projected_folders,
    unpriced_types,
)
from tools.docs.workload import DAYS_A_MONTH, HOURS_A_MONTH, Function, Workload
from tools.templates.model import Lake, items

# ReplicationLatency, BytesPendingReplication, OperationsPendingReplication, OperationsFailedReplication.
_METRICS_A_RULE: Final = 4
_WRITE_UNIT_BYTES: Final = 1_024
_READ_UNIT_BYTES: Final = 4_096
_FUNCTION: Final = "AWS::Lambda::Function"
_STATE_MACHINE: Final = "AWS::StepFunctions::StateMachine"
_UNUSED: Final = Function(seconds=0)


@dataclass(frozen=True)
class Line:
    """One thing that is paid for: how much of it at which price, and how much of that a free tier covers."""

    what: str
    quantity: float
    price: Price
    free: float = 0

    @property
    def by_list(self) -> float:
        """Dollars a month by list price."""
        return self.price.of(self.quantity)

    @property
    def with_free_tiers(self) -> float:
        """Dollars a month of an account in which nothing else uses the free tiers."""
        return self.price.of(self.quantity - self.free)


@dataclass(frozen=True)
class Bill:
    """What is paid for, and what of the declared has neither a price nor a use in the workload."""

    layout: Sequence[Line]
    """What the layout document counts."""
    rest: Sequence[Line]
    dashboards: Sequence[Line]
    """What a deployment opts into."""
    unpriced: Sequence[str]

    @property
    def lines(self) -> list[Line]:
        """All lines of what every deployment has."""
        return [*self.layout, *self.rest]


def bill(lake: Lake, workload: Workload) -> Bill:
    """Return the bill of a lake under a workload."""
    parts = (_requests, _runtime, _index, _signals, _replication)
    rest = [line for part in parts for line in part(lake.required, workload)]
    lines = [*_with_free_tiers([*rest, *_dashboards(lake.optional, workload)])]
    functions = (each.name for each in lake.of(_FUNCTION) if each.name not in workload.functions)
    machines = (each.name for each in lake.of(_STATE_MACHINE) if each.name not in workload.state_machines)
    prefixes = (each.prefix for each in copied(lake) if not _copied_gb(each, workload))
    unpriced = [*unpriced_types(lake), *functions, *machines, *prefixes]
    return Bill([*_layout(workload)], lines[: len(rest)], lines[len(rest) :], unpriced)


def _with_free_tiers(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines with the free tier of each price given to the first of those that it covers."""
    left: dict[Price, float] = {}
    for line in lines:
        free = min(line.quantity, left.get(line.price, line.price.free))
        left[line.price] = left.get(line.price, line.price.free) - free
        yield replace(line, free=free)


def _layout(workload: Workload) -> Iterator[Line]:
    document = workload.document
    for prefix, gb in document.storage_gb.items():
        yield Line(f"{prefix}/", gb, prices.S3_STANDARD)
    yield Line("Athena", document.athena_gb_scanned, prices.ATHENA_SCAN)
    yield Line("S3 GET requests", document.get_requests, prices.S3_GET)


def _requests(lake: Lake, workload: Workload) -> Iterator[Line]:
    runs, of_turns, others = workload.runs, workload.queries_of_turns, workload.other_queries
    a_month = workload.runs_a_month
    folders = of_turns.a_month * of_turns.days * projected_folders(lake)
    read = of_turns.a_month * of_turns.days * a_month / DAYS_A_MONTH
    yield Line("S3: put runs and summaries", a_month * (runs.turns_puts + runs.other_puts), prices.S3_PUT_LIST)
    yield Line("S3: read runs to judge, index and curate them", a_month * runs.gets, prices.S3_GET)
    yield Line("S3: list projected folders for queries of turns", folders, prices.S3_PUT_LIST)
    yield Line("S3: read runs for queries of turns", read, prices.S3_GET)
    lists = others.a_month * others.lists + workload.other_requests.lists_a_month
    yield Line("S3: list for other queries, curation and reconciling", lists, prices.S3_PUT_LIST)
    yield Line("S3: read for other queries", others.a_month * others.gets, prices.S3_GET)
    yield Line("Athena: other queries", others.a_month * prices.ATHENA_LEAST_GB, prices.ATHENA_SCAN)
    kept = workload.raw_gb_a_month * (runs.turns_puts - 1) * noncurrent_raw_days(lake) / DAYS_A_MONTH
    yield Line("S3: noncurrent runs, until they expire", kept, prices.S3_STANDARD)


def _runtime(lake: Lake, workload: Workload) -> Iterator[Line]:
    invocations = 0.0
    for function in sorted(lake.of(_FUNCTION), key=lambda each: each.name):
        use = workload.functions.get(function.name, _UNUSED)
        count = use.a_run * workload.runs_a_month + use.a_month
        invocations += count
        yield Line(f"Lambda: {function.name}", count * use.seconds * memory_gb(function), prices.LAMBDA_ARM)
        if disk := disk_gb(function):
            yield Line(f"Lambda: {function.name}'s disk", count * use.seconds * disk, prices.LAMBDA_STORAGE)
    yield Line("Lambda: invocations", invocations, prices.LAMBDA_REQUEST)
    for machine in lake.of(_STATE_MACHINE):
        if runs := workload.state_machines.get(machine.name):
            transitions = runs.a_month * runs.transitions
            yield Line(f"Step Functions: {machine.name}", transitions, prices.STATE_TRANSITION)
    yield Line("CloudWatch: logs", invocations * workload.logs.bytes_an_invocation / 1e9, prices.LOGS_IN)
    yield Line("EventBridge: schedules", len(lake.of("AWS::Scheduler::Schedule")) * DAYS_A_MONTH, prices.SCHEDULER)


def _index(lake: Lake, workload: Workload) -> Iterator[Line]:
    index, count = workload.index, workload.runs_a_month * 12
    secondary = sum(len(items(table.at("GlobalSecondaryIndexes"))) for table in lake.of("AWS::DynamoDB::Table"))
    units = ceil(index.item_bytes / _WRITE_UNIT_BYTES) + secondary
    writes = workload.runs_a_month * workload.runs.turns_puts * units
    # Eventually consistent, at half the price.
    window = workload.runs.a_week * index.weeks_reconciled * index.projected_bytes / _READ_UNIT_BYTES / 2
    item_gb = (index.item_bytes + index.projected_bytes * secondary) / 1e9
    yield Line("DynamoDB: write items and their secondary indexes", writes, prices.DYNAMODB_WRITE)
    yield Line("DynamoDB: query the days to reconcile", index.reconciled_a_month * window, prices.DYNAMODB_READ)
    yield Line("DynamoDB: a year's items", count * item_gb, prices.DYNAMODB_STORAGE)
    yield Line("DynamoDB: point-in-time recovery of them", count * item_gb, prices.DYNAMODB_RECOVERY)


def _signals(lake: Lake, workload: Workload) -> Iterator[Line]:
    uses = (workload.functions.get(metric.function, _UNUSED) for metric in Metric)
    sent = sum(use.hours_a_month for use in uses) / HOURS_A_MONTH
    yield Line("CloudWatch: own metrics, in the hours in which they are sent", sent, prices.METRIC)
    yield Line("CloudWatch: alarms", sum(map(alarm_metrics, lake.of("AWS::CloudWatch::Alarm"))), prices.ALARM)
    boards = [*map(dashboard_metrics, lake.of("AWS::CloudWatch::Dashboard"))]
    large = sum(metrics > DASHBOARD_FREE_METRICS for metrics in boards)
    yield Line("CloudWatch: dashboards", len(boards) - large, prices.DASHBOARD)
    if large:
        what = f"CloudWatch: dashboards of over {DASHBOARD_FREE_METRICS} metrics"
        yield Line(what, large, replace(prices.DASHBOARD, free=0))
    yield Line("SQS: dead letters", workload.other_requests.dead_letters_a_month, prices.SQS_REQUEST)
    yield Line("SNS: mails of alarms", workload.alerts.mails_a_month, prices.SNS_MAIL)


def _replication(lake: Lake, workload: Workload) -> Iterator[Line]:
    rules = [*copied(lake)]
    measured = sum(rule.measured for rule in rules)
    gb = sum(_copied_gb(rule, workload) for rule in rules)
    in_time = sum(_copied_gb(rule, workload) for rule in rules if rule.in_time)
    yield Line("Replication: metrics of its rules", measured * _METRICS_A_RULE, prices.METRIC)
    yield Line("Replication: time control", in_time, prices.S3_TIME_CONTROL)
    yield Line("Replication: to the other Region", gb, prices.TRANSFER_TO_OREGON)
    yield Line("Replication: a year's copies", gb * 12, prices.S3_STANDARD)


def _dashboards(lake: Lake, workload: Workload) -> Iterator[Line]:
    use = workload.dashboards
    refreshes = len(lake.of("AWS::Scheduler::Schedule")) * DAYS_A_MONTH / 7
    spice_gb = max(0, use.spice_gb - use.authors * prices.SPICE_GB_AN_AUTHOR)
    yield Line("QuickSight: authors", use.authors, prices.QUICKSIGHT_AUTHOR)
    yield Line("QuickSight: readers", use.readers, prices.QUICKSIGHT_READER)
    yield Line("QuickSight: SPICE beyond what authors come with", spice_gb, prices.QUICKSIGHT_SPICE)
    yield Line("Athena: refreshes", refreshes * prices.ATHENA_LEAST_GB, prices.ATHENA_SCAN)
    yield Line("S3: list projected weeks for refreshes", refreshes * use.lists, prices.S3_PUT_LIST)
    yield Line("S3: read weeks for refreshes", refreshes * use.gets, prices.S3_GET)
    yield Line("EventBridge: refreshes", refreshes, prices.SCHEDULER)
    alarms = sum(map(alarm_metrics, lake.of("AWS::CloudWatch::Alarm")))
    yield Line("CloudWatch: alarm of refreshes", alarms, prices.ALARM)


def _copied_gb(rule: Copied, workload: Workload) -> float:
    if rule.prefix == RAW_PREFIX:
        return workload.raw_gb_a_month * workload.runs.turns_puts
    return workload.replicated_gb_a_month.get(rule.prefix.rstrip("/"), 0)
