"""`docs/costs.md`: what a month costs, from what the templates declare and `docs/workload.toml` says. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from schemas.keys.layout import RAW_PREFIX
from tools.docs import prices
from tools.docs.declared import Function, Resources, resources_of
from tools.docs.markdown import table
from tools.docs.prices import Price
from tools.docs.workload import Document, Workload
from tools.templates.model import Declared

_HEAD: Final = f"""\
# What it costs a month

Made by `make docs` from the templates of all stacks and `docs/workload.toml`; a test fails where it is not what they
say. Prices are list prices in us-east-1 of {prices.AS_OF}, without free tiers; each links to its source.

"""
# ReplicationLatency, BytesPendingReplication, OperationsPendingReplication, OperationsFailedReplication.
_METRICS_A_RULE: Final = 4
_WRITE_UNIT_BYTES: Final = 1_024
_READ_UNIT_BYTES: Final = 4_096
_DAYS_A_MONTH: Final = 365.25 / 12
_SMALLEST_SCAN_GB: Final = 0.01
_CENT: Final = 0.01
_WHOLE_FROM: Final = 10
_TIMES: Final = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Line:
    """One thing that is paid for: how much of it at which price."""

    what: str
    quantity: float
    price: Price

    @property
    def dollars(self) -> float:
        """What it costs a month."""
        return self.price.of(self.quantity)

    @property
    def amount(self) -> str:
        """The quantity with its unit, whole where it is not small."""
        shown = f"{self.quantity:,.0f}" if self.quantity >= _WHOLE_FROM else f"{self.quantity:.2g}"
        return f"{shown} {self.price.unit}"


def page(stacks: Sequence[Declared], workload: Workload) -> str:
    """Return the whole page."""
    resources = resources_of(stacks)
    left_out = _lines(resources, workload)
    document, more = _reckoned(workload.document), sum(line.dollars for line in left_out)
    rows = [(line.what, line.amount, _linked(line.price), _money(line.dollars)) for line in left_out]
    return (
        f"{_HEAD}{_document(workload.document)}\n## What that leaves out\n\n"
        + table(("what", "how much:", "price", "a month:"), [*rows, ("**Total**", "", "", f"**{_money(more)}**")])
        + f"\nTogether {_money(document + more)} a month, for {workload.runs_a_month:,.0f} runs.\n"
        + _not_reckoned(resources, workload)
    )


def reckon(stacks: Sequence[Declared], workload: Workload) -> list[Line]:
    """Return what is paid for besides what the layout document reckons with."""
    return _lines(resources_of(stacks), workload)


def _lines(resources: Resources, workload: Workload) -> list[Line]:
    return [line for part in (_requests, _runtime, _signals, _replication) for line in part(resources, workload)]


def _document(document: Document) -> str:
    """Return the tables of the layout document, in its words."""
    price = prices.S3_STANDARD
    rows = [
        (f"{prefix}/", _size(gb), "S3 Standard", f"${price.dollars}", f"${price.of(gb):.2f}")
        for prefix, gb in document.storage_gb.items()
    ]
    stored = sum(document.storage_gb.values())
    scanned, gets = document.athena_gb_scanned, document.get_requests
    storage, retrieval = price.of(stored), _retrieval(document)
    return (
        "## As the layout document has it\n\n"
        + table(
            ("Prefix", "Size", "Storage Class", "Cost/GB", "Total"),
            [*rows, ("**Total**", f"{stored:.0f} GB", "", "", f"**${storage:.2f}**")],
        )
        + f"\n- Athena queries: {scanned:.0f} GB scanned {_TIMES} $5/TB = ${prices.ATHENA_SCAN.of(scanned):.2f}\n"
        + f"- S3 GET requests: {gets // 1000}K {_TIMES} $0.0004/1K = ${prices.S3_GET.of(gets):.3f}\n"
        + f"- **Total**: ${retrieval:.2f}\n\n"
        + f"**Grand Total**: ~${storage + retrieval:.0f}/month storage + retrieval\n"
    )


def _retrieval(document: Document) -> float:
    return prices.ATHENA_SCAN.of(document.athena_gb_scanned) + prices.S3_GET.of(document.get_requests)


def _reckoned(document: Document) -> float:
    """Return what the layout document reckons with, in dollars."""
    return prices.S3_STANDARD.of(sum(document.storage_gb.values())) + _retrieval(document)


def _requests(resources: Resources, workload: Workload) -> Iterator[Line]:
    runs, of_turns, others = workload.runs, workload.queries_of_turns, workload.other_queries
    a_month = workload.runs_a_month
    folders = of_turns.a_month * of_turns.days * resources.models * resources.phases
    read = of_turns.a_month * of_turns.days * a_month / _DAYS_A_MONTH
    yield Line("S3: put runs and summaries", a_month * (runs.turns_puts + runs.other_puts), prices.S3_PUT_LIST)
    yield Line("S3: read runs to judge, index and curate them", a_month * runs.gets, prices.S3_GET)
    yield Line("S3: list projected folders for queries of turns", folders, prices.S3_PUT_LIST)
    yield Line("S3: read runs for queries of turns", read, prices.S3_GET)
    lists = others.a_month * others.lists + workload.other_requests.lists_a_month
    yield Line("S3: list for other queries, curation and reconciling", lists, prices.S3_PUT_LIST)
    yield Line("S3: read for other queries", others.a_month * others.gets, prices.S3_GET)
    yield Line("Athena: 10 MB at least a query", others.a_month * _SMALLEST_SCAN_GB, prices.ATHENA_SCAN)
    kept = workload.raw_gb_a_month * (runs.turns_puts - 1) * resources.noncurrent_raw_days / _DAYS_A_MONTH
    yield Line("S3: noncurrent runs, until they expire", kept, prices.S3_STANDARD)


def _runtime(resources: Resources, workload: Workload) -> Iterator[Line]:
    asked = {each.name: _invocations(each, workload) for each in resources.functions}
    for function in resources.functions:
        if function.name in workload.functions:
            busy = asked[function.name] * workload.functions[function.name].seconds
            yield Line(f"Lambda: {function.name}", busy * function.memory_gb, prices.LAMBDA_ARM)
            if function.storage_gb:
                yield Line(f"Lambda: {function.name}'s disk", busy * function.storage_gb, prices.LAMBDA_STORAGE)
    yield Line("Lambda: invocations", sum(asked.values()), prices.LAMBDA_REQUEST)
    logged = sum(asked.values()) * workload.logs.bytes_an_invocation / 1e9
    yield Line("CloudWatch: logs", logged, prices.LOGS_IN)
    index, items = workload.index, workload.runs_a_month * 12
    units = ceil(index.item_bytes / _WRITE_UNIT_BYTES) + resources.secondary_indexes
    item_gb = (index.item_bytes + index.projected_bytes * resources.secondary_indexes) / 1e9
    scanned = items * index.item_bytes / _READ_UNIT_BYTES
    writes = workload.runs_a_month * workload.runs.turns_puts * units
    yield Line("DynamoDB: write items and their secondary indexes", writes, prices.DYNAMODB_WRITE)
    scans = workload.other_requests.scans_of_the_index_a_month
    yield Line("DynamoDB: scan a year's items to reconcile", scans * scanned, prices.DYNAMODB_READ)
    yield Line("DynamoDB: a year's items", items * item_gb, prices.DYNAMODB_STORAGE)
    yield Line("DynamoDB: point-in-time recovery of them", items * item_gb, prices.DYNAMODB_RECOVERY)
    yield Line("EventBridge: schedules", resources.schedules * _DAYS_A_MONTH, prices.SCHEDULER)


def _signals(resources: Resources, workload: Workload) -> Iterator[Line]:
    yield Line("CloudWatch: own metrics, as if each were sent every hour", resources.own_metrics, prices.METRIC)
    yield Line("CloudWatch: alarms", resources.alarm_metrics, prices.ALARM)
    yield Line("CloudWatch: dashboards", resources.dashboards, prices.DASHBOARD)
    yield Line("SNS: mails of alarms", workload.alerts.mails_a_month, prices.SNS_MAIL)


def _replication(resources: Resources, workload: Workload) -> Iterator[Line]:
    gb = sum(_replicated_gb(prefix, workload) for prefix in resources.replicated)
    yield Line("Replication: metrics of its rules", len(resources.replicated) * _METRICS_A_RULE, prices.METRIC)
    yield Line("Replication: time control", gb, prices.S3_TIME_CONTROL)
    yield Line("Replication: to the other Region", gb, prices.TRANSFER_TO_OREGON)
    yield Line("Replication: a year's copies", gb * 12, prices.S3_STANDARD)


def _replicated_gb(prefix: str, workload: Workload) -> float:
    if prefix == RAW_PREFIX:
        return workload.raw_gb_a_month * workload.runs.turns_puts
    return workload.replicated_gb_a_month.get(prefix.rstrip("/"), 0)


def _invocations(function: Function, workload: Workload) -> float:
    given = workload.functions.get(function.name)
    return given.a_run * workload.runs_a_month + given.a_month if given else 0


def _not_reckoned(resources: Resources, workload: Workload) -> str:
    """Return what nobody has said enough about; nothing where that is nothing."""
    functions = [each.name for each in resources.functions if each.name not in workload.functions]
    unknown = [prefix for prefix in resources.replicated if not _replicated_gb(prefix, workload)]
    missing = [*resources.unpriced, *functions, *unknown]
    return f"\nNot reckoned, since nobody wrote down its price or use: {', '.join(missing)}.\n" if missing else ""


def _size(gb: float) -> str:
    return f"{gb:g} GB" if gb >= 1 else f"{gb * 1000:g} MB"


def _money(dollars: float) -> str:
    return f"${dollars:.2f}" if dollars >= _CENT or not dollars else "< $0.01"


def _linked(price: Price) -> str:
    return f"[{price}](https://aws.amazon.com/{price.service})"
