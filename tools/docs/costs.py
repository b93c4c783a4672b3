"""`docs/costs.md`: what a month costs, by list price and with the permanent free tiers of an account."""

from collections.abc import Iterable, Sequence
from typing import Final

from schemas import prices
from schemas.prices import Price
from tools.docs.bill import Bill, Line, bill
from tools.docs.workload import Workload
from tools.markdown import table
from tools.templates.model import Lake

_HEAD: Final = f"""\
# What it costs a month

Made by `make docs` from the templates of all stacks and `docs/workload.toml`; a test fails where it is not what they
say. Prices are those of us-east-1 of {prices.AS_OF}, and each links to its source. The last column takes off the free
tiers that do not end after an account's first year, where nothing else in the account uses them up.

"""
_CENT: Final = 0.01
_WHOLE_FROM: Final = 10
_TIMES: Final = "\N{MULTIPLICATION SIGN}"


def page(lake: Lake, workload: Workload) -> str:
    """Return the whole page; its last line are the totals."""
    found = bill(lake, workload)
    by_list, with_free_tiers = map(dollars, totals(found.lines))
    return (
        f"{_HEAD}{_document(found, workload)}\n## What that leaves out\n\n"
        + _table(found.rest)
        + _unpriced(found)
        + "\n## Dashboards\n\n"
        + "Only where they are [opted into](deploying.md#dashboards), and not in the total below.\n\n"
        + _table(found.dashboards)
        + f"\n## Workload total\n\nThe layout document's part included, for {workload.runs_a_month:,.0f} runs:\n\n"
        + f"Workload total: list {by_list}, free tiers {with_free_tiers}\n"
    )


def totals(lines: Iterable[Line]) -> tuple[float, float]:
    """Return dollars by list price and with the free tiers."""
    found = [*lines]
    return sum(line.by_list for line in found), sum(line.with_free_tiers for line in found)


def dollars(amount: float) -> str:
    """Return an amount to the cent."""
    return f"${amount:.2f}" if amount >= _CENT or not amount else "< $0.01"


def _document(found: Bill, workload: Workload) -> str:
    """Return the tables of the layout document, in its words."""
    stored = [line for line in found.layout if line.price is prices.S3_STANDARD]
    storage, _ = totals(stored)
    retrieval, _ = totals(line for line in found.layout if line not in stored)
    scanned, gets = workload.document.athena_gb_scanned, workload.document.get_requests
    rows = [
        (line.what, _size(line.quantity), "S3 Standard", f"${line.price.dollars}", f"${line.by_list:.2f}")
        for line in stored
    ]
    size = sum(line.quantity for line in stored)
    return (
        "## As the layout document has it\n\n"
        + table(
            ("Prefix", "Size", "Storage Class", "Cost/GB", "Total"),
            [*rows, ("**Total**", f"{size:.0f} GB", "", "", f"**${storage:.2f}**")],
        )
        + f"\n- Athena queries: {scanned:.0f} GB scanned {_TIMES} $5/TB = ${prices.ATHENA_SCAN.of(scanned):.2f}\n"
        + f"- S3 GET requests: {gets // 1000}K {_TIMES} $0.0004/1K = ${prices.S3_GET.of(gets):.3f}\n"
        + f"- **Total**: ${retrieval:.2f}\n\n"
        + f"**Grand Total**: ~${storage + retrieval:.0f}/month storage + retrieval\n"
    )


def _table(lines: Sequence[Line]) -> str:
    rows = [
        (line.what, _amount(line), _linked(line.price), dollars(line.by_list), dollars(line.with_free_tiers))
        for line in lines
    ]
    total = ("**Total**", "", "", *(f"**{dollars(each)}**" for each in totals(lines)))
    return table(("what", "how much:", "price", "list:", "free tiers:"), [*rows, total])


def _unpriced(found: Bill) -> str:
    if not found.unpriced:
        return ""
    return f"\nNot in the totals, for want of a price or a use: {', '.join(found.unpriced)}.\n"


def _amount(line: Line) -> str:
    shown = f"{line.quantity:,.0f}" if line.quantity >= _WHOLE_FROM else f"{line.quantity:.2g}"
    return f"{shown} {line.price.unit}"


def _size(gb: float) -> str:
    return f"{gb:g} GB" if gb >= 1 else f"{gb * 1000:g} MB"


def _linked(price: Price) -> str:
    free = f", {price.free:,.0f} free" if price.free else ""
    return f"[{price}{free}](https://aws.amazon.com/{price.source})"
