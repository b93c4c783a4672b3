"""The weekly summary: a row for each model and phase, from the sums of all parts of the week. Pure."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from msgspec import convert
from msgspec.structs import replace

from lake.survival import Ending, Endings, restricted_mean
from lambdas.curate_week.cells import CSD, Cell, ExactSum, by_cell, mean
from schemas.keys.grammar import Phase
from schemas.models import VIOLATION_RATES, ModelConfig, Violation, WeeklySummary
from schemas.models.fields import INT64_MAX

_TOKENS_PER_PRICE: Final = 1_000_000
_PAIR: Final = 2


def summary_rows(
    cells: Sequence[Cell],
    *,
    week: str,
    generated_from: str,
    models: Mapping[str, ModelConfig],
    turns: Mapping[Phase, int],
) -> list[WeeklySummary]:
    """Return a row for each model and phase, in their order, its changes against the week before still null.

    `turns` are what each phase is planned for; turns before the break are counted up to them.
    """
    return [
        _row(parts, week=week, generated_from=generated_from, price=models.get(model), planned=turns.get(phase))
        for (model, phase), parts in by_cell(cells).items()
    ]


def _row(
    parts: Sequence[Cell], *, week: str, generated_from: str, price: ModelConfig | None, planned: int | None
) -> WeeklySummary:
    """Return the row of a cell; without a price it has no cost, without planned turns no restricted mean."""
    turns = sum(part.scores.count for part in parts)
    runs = sum(part.compliance_rates.count for part in parts)
    broken = sum((Counter(part.broken) for part in parts), Counter[int]())
    violations = sum((Counter(part.violations) for part in parts), Counter[Violation]())
    prompt = sum(part.prompt_tokens for part in parts)
    completion = sum(part.completion_tokens for part in parts)
    cost = _cost(prompt, completion, price)
    held_out = restricted_mean(_endings(parts), limit=planned) if planned else None
    subscores = {f"avg_{name.lower()}": mean([part.subscores[name] for part in parts]) for name in CSD}
    row = {
        "week": week,
        "model": parts[0].model,
        "phase": parts[0].phase,
        "runs_count": runs,
        "turns_count": turns,
        "avg_score": mean([part.scores for part in parts]),
        "avg_half_life_turn": _mean_of_counted(broken),
        "degraded_runs": broken.total(),
        "avg_compliance_rate": mean([part.compliance_rates for part in parts]),
        "avg_csd_overall": subscores.pop("avg_overall"),
        **subscores,
        **{column: violations[kind] / turns for kind, column in VIOLATION_RATES.items()},
        # A count beyond what the column holds must not keep the whole week from being published.
        "prompt_tokens": min(prompt, INT64_MAX),
        "completion_tokens": min(completion, INT64_MAX),
        "total_cost_usd": cost,
        "avg_cost_per_run": None if cost is None else cost / runs,
        "generated_from": generated_from,
        "half_life_restricted_mean": held_out and held_out.mean,
        "half_life_restricted_se": held_out and held_out.standard_error,
        "compliance_rate_se": _standard_error(
            [part.compliance_rates for part in parts], [part.compliance_squares for part in parts]
        ),
    }
    return convert(row, WeeklySummary)


def _endings(parts: Sequence[Cell]) -> Endings:
    counted: Endings = Counter()
    for part in parts:
        for broken, turns in ((True, part.broken), (False, part.unbroken)):
            counted.update({Ending(turn, broken): runs for turn, runs in turns.items()})
    return counted


def _standard_error(sums: Sequence[ExactSum], squares: Sequence[ExactSum]) -> float | None:
    """Return the standard error of a mean, from the sums of the values and of their squares, rounded at the end.

    None for a single value, which says nothing of how values scatter.
    """
    count, total, squared = sum(each.count for each in sums), _exactly(sums), _exactly(squares)
    if count < _PAIR:
        return None
    variance = (squared - total * total / count) / (count - 1)
    # A square is rounded, so that equal values may scatter by less than nothing.
    return math.sqrt(max(variance, Fraction()) / count)


def _exactly(sums: Sequence[ExactSum]) -> Fraction:
    return sum((Fraction(term) for each in sums for term in each.terms), Fraction())


def _mean_of_counted(counts: Mapping[int, int]) -> float | None:
    return sum(value * count for value, count in counts.items()) / sum(counts.values()) if counts else None


def _cost(prompt_tokens: int, completion_tokens: int, price: ModelConfig | None) -> float | None:
    if price is None:
        return None
    dollars = (prompt_tokens * price.cost_per_1m_prompt, completion_tokens * price.cost_per_1m_completion)
    return math.fsum(dollars) / _TOKENS_PER_PRICE


def with_changes(rows: Iterable[WeeklySummary], before: Iterable[WeeklySummary]) -> list[WeeklySummary]:
    """Return the rows with their changes against the week before; null where that lacks the cell or has 0."""
    earlier = {(row.model, row.phase): row for row in before}
    return [_with_changes(row, earlier.get((row.model, row.phase))) for row in rows]


def _with_changes(row: WeeklySummary, before: WeeklySummary | None) -> WeeklySummary:
    half_life, compliance = (before.avg_half_life_turn, before.avg_compliance_rate) if before else (None, None)
    return replace(
        row,
        wow_half_life_change=_change(row.avg_half_life_turn, half_life),
        wow_compliance_change=_change(row.avg_compliance_rate, compliance),
    )


def _change(now: float | None, before: float | None) -> float | None:
    return (now - before) / before if now is not None and before else None


def wow_input(before: Iterable[WeeklySummary]) -> str:
    """Return the digest of what the comparison takes from the week before: its figures and its runs."""
    rows = sorted(
        [row.model, row.phase, row.avg_half_life_turn, row.avg_compliance_rate, row.generated_from] for row in before
    )
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
