"""What a change of the templates adds to a month's bill, for the workload of `docs/workload.toml`."""

from collections.abc import Iterator
from dataclasses import dataclass

from tools.docs.bill import Line, bill
from tools.docs.costs import dollars, totals
from tools.docs.workload import Workload
from tools.markdown import table
from tools.templates.model import Lake


@dataclass(frozen=True)
class Costs:
    """A month's bill before and after."""

    before: list[Line]
    after: list[Line]


def costs(before: Lake, after: Lake, workload: Workload) -> Costs | None:
    """Return both bills; None where a template lacks the number that a price is for."""
    try:
        return Costs(bill(before, workload).lines, bill(after, workload).lines)
    except ValueError:
        return None


def section(found: Costs | None) -> Iterator[str]:
    """Yield the lines of the comparison's section on costs."""
    yield "### Monthly cost"
    yield ""
    if found is None:
        yield "It cannot be computed from these templates."
        yield ""
        return
    was, now = ({line.what: _shown([line]) for line in lines} for lines in (found.before, found.after))
    none = _shown([])
    rows = [(what, *was.get(what, none), *now.get(what, none)) for what in {**was, **now}]
    changed = [row for row in rows if row[1:3] != row[3:]]
    if changed:
        total = ("**Workload total**", *_shown(found.before), *_shown(found.after))
        columns = ("What", "List before:", "Free tiers before:", "List after:", "Free tiers after:")
        yield table(columns, [*changed, total])
    else:
        by_list, with_free_tiers = _shown(found.after)
        yield f"It stays at {by_list} by list price, {with_free_tiers} with the permanent free tiers."
        yield ""


def _shown(lines: list[Line]) -> tuple[str, str]:
    by_list, with_free_tiers = totals(lines)
    return dollars(by_list), dollars(with_free_tiers)
