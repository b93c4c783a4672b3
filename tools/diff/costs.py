"""What a change of the templates adds to a month's bill, for the workload of `docs/workload.toml`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tools.docs.costs import reckon
from tools.docs.workload import Workload
from tools.templates.model import Declared


@dataclass(frozen=True)
class Cost:
    """What one thing costs a month in dollars, before and after."""

    what: str
    before: float
    after: float


def costs(before: Mapping[str, str], after: Mapping[str, str], workload: Workload) -> list[Cost] | None:
    """Return what each thing costs, from the templates' texts; None where they are not such as can be reckoned."""
    try:
        was, now = (_dollars(templates, workload) for templates in (before, after))
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        # Costs follow the templates of today; those of another time may lack what they look for.
        return None
    return [
        Cost(what, was.get(what, 0), now.get(what, 0)) for what in [*was, *(what for what in now if what not in was)]
    ]


def _dollars(templates: Mapping[str, str], workload: Workload) -> dict[str, float]:
    stacks = [Declared(name, json.loads(text)) for name, text in sorted(templates.items())]
    return {line.what: line.dollars for line in reckon(stacks, workload)}


def section(reckoned: list[Cost] | None) -> Iterator[str]:
    """Yield the lines of the comparison's section on costs."""
    yield "### Monthly cost"
    yield ""
    if reckoned is None:
        yield "It cannot be reckoned from these templates."
    elif changed := [cost for cost in reckoned if _money(cost.before) != _money(cost.after)]:
        was, now = sum(cost.before for cost in reckoned), sum(cost.after for cost in reckoned)
        yield "| What | Before | After |"
        yield "|---|---:|---:|"
        yield from (f"| {cost.what} | {_money(cost.before)} | {_money(cost.after)} |" for cost in changed)
        yield f"| **Together, with what stays** | **{_money(was)}** | **{_money(now)}** |"
    else:
        stays = _money(sum(cost.after for cost in reckoned))
        yield f"It stays at {stays}, besides what the layout document reckons with."
    yield ""


def _money(dollars: float) -> str:
    return f"${dollars:,.2f}"
