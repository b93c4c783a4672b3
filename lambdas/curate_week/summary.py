"""The weekly summary: a row for each model and phase, computed while the runs go by. Pure."""

import hashlib
import json
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import convert
from msgspec.structs import fields, replace

from lake.scoring import compliance_rate, half_life_turn
from schemas.catalog.columns import violation_column
from schemas.models import CsdSubscores, ModelConfig, Violation, WeeklySummary
from schemas.models.fields import INT64_MAX

_CSD: Final = tuple(part.name for part in fields(CsdSubscores))
# Which column holds the share of turns with a violation.
_RATES: Final = {
    Violation.LEADING_QUESTION: "leading_rate",
    Violation.ADVICE_LEAKAGE: "advice_leak_rate",
    Violation.MULTI_QUESTION: "multi_question_rate",
    Violation.CLOSED_QUESTION: "closed_question_rate",
    Violation.LECTURING: "lecturing_rate",
    Violation.OFF_TOPIC: "off_topic_rate",
    Violation.META_VIOLATION: "meta_violation_rate",
}
# Columns that are looked at; texts and lists would be copied for nothing.
_SUMMED: Final = (
    *("run_id", "turn", "phase", "model", "score", "cost_tokens_prompt", "cost_tokens_completion"),
    *(f"csd_{name.lower()}" for name in _CSD),
    *map(violation_column, Violation),
)
_TOKENS_PER_PRICE: Final = 1_000_000


@dataclass
class CellStatistics:
    """Sums over the runs of one model in one phase; numbers are kept as machine words until the cell is done."""

    model: str
    phase: str
    scores: "array[float]" = field(default_factory=lambda: array("d"))
    half_lives: "array[float]" = field(default_factory=lambda: array("d"))
    compliance_rates: "array[float]" = field(default_factory=lambda: array("d"))
    subscores: dict[str, "array[float]"] = field(default_factory=lambda: {name: array("d") for name in _CSD})
    violations: Counter[Violation] = field(default_factory=Counter)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    _run_id: str | None = None
    _run: dict[int, float] = field(default_factory=dict)

    def add(self, turns: pa.RecordBatch) -> None:
        """Take in turns of the cell, sorted by run and turn; the next ones may go on with the last run."""
        numbers, scores, run_ids = _integers(turns["turn"]), _doubles(turns["score"]), turns["run_id"]
        self.scores.extend(scores)
        for start, end in _stretches(run_ids):
            if (run_id := run_ids[start].as_py()) != self._run_id:
                self.end_run()
                self._run_id = run_id
            self._run.update(zip(numbers[start:end], scores[start:end], strict=True))
        for name, values in self.subscores.items():
            values.extend(_doubles(turns[f"csd_{name.lower()}"].drop_null()))
        for violation in Violation:
            self.violations[violation] += turns[violation_column(violation)].true_count
        self.prompt_tokens += sum(_integers(turns["cost_tokens_prompt"]))
        self.completion_tokens += sum(_integers(turns["cost_tokens_completion"]))

    def end_run(self) -> None:
        """Take in the last run as a whole, if there is one."""
        if self._run:
            self.compliance_rates.append(compliance_rate(self._run))
            if (half_life := half_life_turn(self._run)) is not None:
                self.half_lives.append(half_life)
        self._run = {}

    def summary(self, *, week: str, generated_from: str, price: ModelConfig | None) -> WeeklySummary:
        """Return the cell's row, its changes against the week before still null; without a price no cost."""
        runs, turns = len(self.compliance_rates), len(self.scores)
        cost = _cost(self.prompt_tokens, self.completion_tokens, price)
        subscores = {f"avg_{name.lower()}": _mean(values) for name, values in self.subscores.items()}
        row = {
            "week": week,
            "model": self.model,
            "phase": self.phase,
            "runs_count": runs,
            "turns_count": turns,
            "avg_score": _mean(self.scores),
            "avg_half_life_turn": _mean(self.half_lives),
            "degraded_runs": len(self.half_lives),
            "avg_compliance_rate": _mean(self.compliance_rates),
            "avg_csd_overall": subscores.pop("avg_overall"),
            **subscores,
            **{column: self.violations[kind] / turns for kind, column in _RATES.items()},
            # A count beyond what the column holds must not keep the whole week from being published.
            "prompt_tokens": min(self.prompt_tokens, INT64_MAX),
            "completion_tokens": min(self.completion_tokens, INT64_MAX),
            "total_cost_usd": cost,
            "avg_cost_per_run": None if cost is None else cost / runs,
            "generated_from": generated_from,
        }
        return convert(row, WeeklySummary)


# Numbers, none of them null, are taken as they lie in memory; Arrow makes an object of its own of each.
def _doubles(values: pa.DoubleArray) -> "memoryview[float]":
    return memoryview(values.buffers()[1]).cast("d")[values.offset : values.offset + len(values)]


def _integers(values: pa.Int64Array) -> "memoryview[int]":
    return memoryview(values.buffers()[1]).cast("q")[values.offset : values.offset + len(values)]


def _stretches(values: pa.Array) -> Iterator[tuple[int, int]]:
    """Yield where each stretch of equal values begins and ends."""
    return pairwise([0, *pc.run_end_encode(values).run_ends.to_pylist()])


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _cost(prompt_tokens: int, completion_tokens: int, price: ModelConfig | None) -> float | None:
    if price is None:
        return None
    dollars = (prompt_tokens * price.cost_per_1m_prompt, completion_tokens * price.cost_per_1m_completion)
    return math.fsum(dollars) / _TOKENS_PER_PRICE


class WeekStatistics:
    """The rows of a week's summary, from runs that come sorted by (model, phase); one cell is held at a time."""

    def __init__(self, *, week: str, generated_from: str, models: Mapping[str, ModelConfig]) -> None:
        """Take what every row names, and the registry for its prices."""
        self._week, self._generated_from, self._models = week, generated_from, models
        self._cell: CellStatistics | None = None
        self._rows: list[WeeklySummary] = []

    def add(self, table: pa.Table) -> None:
        """Take in the next turns; there must be one."""
        (turns,) = table.select(_SUMMED).combine_chunks().to_batches()
        for start, end in _stretches(turns["model"]):
            of_model = turns.slice(start, end - start)
            for begin, stop in _stretches(of_model["phase"]):
                cell = of_model.slice(begin, stop - begin)
                self._cell_of(cell["model"][0].as_py(), cell["phase"][0].as_py()).add(cell)

    def _cell_of(self, model: str, phase: str) -> CellStatistics:
        if self._cell is None or (self._cell.model, self._cell.phase) != (model, phase):
            self._close()
            self._cell = CellStatistics(model, phase)
        return self._cell

    def finish(self) -> list[WeeklySummary]:
        """Return a row for each model and phase, in their order."""
        self._close()
        return self._rows

    def _close(self) -> None:
        if self._cell is not None:
            self._cell.end_run()
            price = self._models.get(self._cell.model)
            self._rows.append(self._cell.summary(week=self._week, generated_from=self._generated_from, price=price))
            self._cell = None


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
    """Return the digest of the only thing that the changes take from the week before."""
    rows = sorted([row.model, row.phase, row.avg_half_life_turn, row.avg_compliance_rate] for row in before)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
