"""What the charts and tables of a report show, computed from curated weeks. Pure."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from lake.regressions import INTERVAL, estimate, regressions
from ops.report.charts import Row
from schemas.curation import Measure, Regression
from schemas.keys.grammar import Phase
from schemas.keys.weeks import Week
from schemas.models import VIOLATION_RATES, CsdSubscores, CuratedRun, WeeklySummary

# A cell of fewer runs says next to nothing; where it is shown, it is marked.
FEW_RUNS: Final = 3
SUBSCORES: Final = tuple(name.lower() for name in CsdSubscores.__struct_fields__ if name != "overall")


@dataclass(frozen=True, kw_only=True)
class CuratedWeek:
    """What is published of a week: its summary and its runs, sorted by model and phase, and what was refused."""

    week: Week
    summary: Sequence[WeeklySummary]
    runs: Sequence[CuratedRun]
    rejected: Mapping[str, int]
    """Refused lines by reason."""
    duplicates: int | None = None
    """Lines that were left out as duplicates; None where an older version curated the week."""
    late: int | None = None
    """Runs that were written when the schedule had had the time to curate the week; None where nobody looked."""
    generated_from: str
    manifests: Sequence[str]
    artifacts: Sequence[str]


def changes(week: CuratedWeek, before: CuratedWeek | None, turns: Mapping[Phase, int]) -> list[Regression]:
    """Return what fell since the week before, by enough and by more than chance; nothing without one."""
    return regressions(week.runs, before.runs, turns) if before else []


def held_out(weeks: Iterable[CuratedWeek], turns: Mapping[Phase, int]) -> list[Row]:
    """Return for each week and model the share of its planned turns that it held out, a mean over its phases.

    The interval is the normal one at 95 %; there is none where a phase has a single run. It is `few` where a phase
    has fewer runs than can be relied on.
    """
    return [_share(week, model, list(runs), turns) for week in weeks for model, runs in _by_model(week.runs)]


def _by_model(runs: Iterable[CuratedRun]) -> Iterator[tuple[str, Iterator[CuratedRun]]]:
    return groupby(runs, key=lambda run: run.model)


def _share(week: CuratedWeek, model: str, runs: Sequence[CuratedRun], turns: Mapping[Phase, int]) -> Row:
    cells = [(phase, list(cell)) for phase, cell in groupby(runs, key=lambda run: run.phase) if phase in turns]
    estimates = [(estimate(cell, Measure.HALF_LIFE, turns=turns[phase]), turns[phase]) for phase, cell in cells]
    mean = math.fsum(found.mean / planned for found, planned in estimates) / len(estimates)
    errors = [found.standard_error and found.standard_error / planned for found, planned in estimates]
    known = [error for error in errors if error is not None]
    margin = INTERVAL * math.hypot(*known) / len(estimates) if len(known) == len(errors) else None
    return {
        "week": str(week.week),
        "model": model,
        "mean": mean,
        "low": None if margin is None else max(0.0, mean - margin),
        "high": None if margin is None else min(1.0, mean + margin),
        "runs": len(runs),
        "few": min(len(cell) for _, cell in cells) < FEW_RUNS,
    }


def compliance(week: CuratedWeek) -> list[Row]:
    """Return for each cell its mean compliance rate, with interval and number of runs."""
    return [_cell(list(cell)) for _, cell in groupby(week.runs, key=lambda run: (run.model, run.phase))]


def _cell(runs: Sequence[CuratedRun]) -> Row:
    found = estimate(runs, Measure.COMPLIANCE, turns=0)
    margin = None if found.standard_error is None else INTERVAL * found.standard_error
    return {
        "model": runs[0].model,
        "phase": runs[0].phase,
        "value": found.mean,
        "margin": margin,
        "runs": len(runs),
        "shown": f"{found.mean:.0%}{marked(len(runs))}",
    }


def marked(runs: int) -> str:
    """Return what stands behind a figure of so few runs, nothing where there are enough."""
    return "" if runs >= FEW_RUNS else f" (n={runs})"


def violations(week: CuratedWeek) -> list[Row]:
    """Return for each model and kind of violation how many of 100 turns have it."""
    return [
        {"model": model, "kind": str(kind), "place": place, "value": 100 * _weighted(cells, column)}
        for model, rows in groupby(week.summary, key=lambda row: row.model)
        for cells in [list(rows)]
        for place, (kind, column) in enumerate(VIOLATION_RATES.items())
    ]


def depth(week: CuratedWeek) -> list[Row]:
    """Return for each model its mean subscores of context-sensitive depth, over turns that have them, in points."""
    return [
        {"model": model, **{name: _weighted(cells, f"avg_{name}") for name in SUBSCORES}}
        for model, rows in groupby(week.summary, key=lambda row: row.model)
        for cells in [[row for row in rows if row.avg_csd_overall is not None]]
        if cells
    ]


def _weighted(cells: Sequence[WeeklySummary], column: str) -> float:
    """Return a column's mean over the turns of the cells."""
    turns = sum(cell.turns_count for cell in cells)
    return math.fsum(float(getattr(cell, column) or 0) * cell.turns_count for cell in cells) / turns


def coverage(week: CuratedWeek, models: Iterable[str]) -> list[Row]:
    """Return how many runs each cell has, those of the registry without a run among them."""
    counted = {(row.model, str(row.phase)): row.runs_count for row in week.summary}
    cells = sorted({*counted, *((model, str(phase)) for model in models for phase in Phase)})
    return [
        {"model": model, "phase": phase, "value": runs, "shown": str(runs)}
        for model, phase in cells
        for runs in [counted.get((model, phase), 0)]
    ]


def cost(week: CuratedWeek) -> list[Row]:
    """Return what each model's runs cost at the registry's prices, in US dollars; null where it has none."""
    return [
        {
            "model": model,
            "value": None if None in dollars else math.fsum(filter(None, dollars)),
            "runs": sum(cell.runs_count for cell in cells),
        }
        for model, rows in groupby(week.summary, key=lambda row: row.model)
        for cells in [list(rows)]
        for dollars in [[cell.total_cost_usd for cell in cells]]
    ]
