"""What a range of runs adds to the weekly summary: sums that add up exactly, wherever the ranges end. Pure.

A week's figures are computed from the sums of its parts, and equal those of a single pass bit for bit.
"""

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import fields

from lake.scoring import COMPLIANT_SCORE, half_life_turn
from schemas.catalog.columns import violation_column
from schemas.keys.grammar import Phase
from schemas.models import CsdSubscores, CuratedRun, Violation
from schemas.models.fields import INT64_MAX

CSD: Final = tuple(part.name for part in fields(CsdSubscores))
# Columns that are looked at; texts and lists would be copied for nothing.
_SUMMED: Final = (
    *("run_id", "turn", "phase", "model", "score", "cost_tokens_prompt", "cost_tokens_completion"),
    *(f"csd_{name.lower()}" for name in CSD),
    *map(violation_column, Violation),
)


class ExactSum(msgspec.Struct, frozen=True):
    """How many values there are, and a few numbers whose exact sum is the exact sum of them."""

    count: int
    terms: list[float]

    @classmethod
    def of(cls, values: Sequence[float]) -> "ExactSum":
        """Return the sum of finite values; two terms as a rule."""
        terms: list[float] = []
        while rest := math.fsum(chain(values, (-term for term in terms))):
            terms.append(rest)
        return cls(len(values), terms)


def mean(sums: Sequence[ExactSum]) -> float | None:
    """Return the mean over all values of the sums, rounded once; None where there are none."""
    count = sum(each.count for each in sums)
    return math.fsum(chain.from_iterable(each.terms for each in sums)) / count if count else None


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over runs of one model in one phase; small, whatever the number of runs.

    `broken` counts the runs with a half-life by its turn, `unbroken` the others by their last turn.
    """

    model: str
    phase: Phase
    scores: ExactSum
    compliance_rates: ExactSum
    compliance_squares: ExactSum
    broken: dict[int, int]
    unbroken: dict[int, int]
    subscores: dict[str, ExactSum]
    violations: dict[Violation, int]
    prompt_tokens: int
    completion_tokens: int


@dataclass
class _OpenCell:
    """Values of one cell, kept as machine words until its last run is seen."""

    model: str
    phase: Phase
    scores: "array[float]" = field(default_factory=lambda: array("d"))
    compliance_rates: "array[float]" = field(default_factory=lambda: array("d"))
    broken: Counter[int] = field(default_factory=Counter)
    unbroken: Counter[int] = field(default_factory=Counter)
    subscores: dict[str, "array[float]"] = field(default_factory=lambda: {name: array("d") for name in CSD})
    violations: Counter[Violation] = field(default_factory=Counter)
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add_turns(self, turns: pa.RecordBatch) -> None:
        self.scores.extend(_doubles(turns["score"]))
        for name, values in self.subscores.items():
            values.extend(_doubles(turns[f"csd_{name.lower()}"].drop_null()))
        for violation in Violation:
            self.violations[violation] += turns[violation_column(violation)].true_count

    def add_run(self, run: CuratedRun) -> None:
        self.compliance_rates.append(run.compliant_turns / run.turns_count)
        if run.half_life_turn is None:
            self.unbroken[run.last_turn] += 1
        else:
            self.broken[run.half_life_turn] += 1

    def sums(self) -> Cell:
        return Cell(
            model=self.model,
            phase=self.phase,
            scores=ExactSum.of(self.scores),
            compliance_rates=ExactSum.of(self.compliance_rates),
            compliance_squares=ExactSum.of([rate * rate for rate in self.compliance_rates]),
            broken=dict(sorted(self.broken.items())),
            unbroken=dict(sorted(self.unbroken.items())),
            subscores={name: ExactSum.of(values) for name, values in self.subscores.items()},
            violations={violation: self.violations[violation] for violation in Violation},
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
        )


@dataclass
class _OpenRun:
    """Turns of one run, until its last one is seen."""

    run_id: str
    scores: dict[int, float] = field(default_factory=dict)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seed_id: str = ""
    dt: str = ""
    source_key: str = ""

    def row(self, model: str, phase: Phase) -> CuratedRun:
        return CuratedRun(
            run_id=self.run_id,
            model=model,
            phase=phase,
            seed_id=self.seed_id,
            dt=self.dt,
            turns_count=len(self.scores),
            last_turn=max(self.scores),
            half_life_turn=half_life_turn(self.scores),
            compliant_turns=sum(score >= COMPLIANT_SCORE for score in self.scores.values()),
            mean_score=math.fsum(self.scores.values()) / len(self.scores),
            # A count beyond what the column holds must not keep the whole week from being published.
            prompt_tokens=min(self.prompt_tokens, INT64_MAX),
            completion_tokens=min(self.completion_tokens, INT64_MAX),
            source_key=self.source_key,
        )


# Numbers, none of them null, are taken as they lie in memory; Arrow makes an object of its own of each.
def _doubles(values: pa.DoubleArray) -> "memoryview[float]":
    return memoryview(values.buffers()[1]).cast("d")[values.offset : values.offset + len(values)]


def _integers(values: pa.Int64Array) -> "memoryview[int]":
    return memoryview(values.buffers()[1]).cast("q")[values.offset : values.offset + len(values)]


def _stretches(values: pa.Array) -> Iterator[tuple[int, int]]:
    """Yield where each stretch of equal values begins and ends."""
    return pairwise([0, *pc.run_end_encode(values).run_ends.to_pylist()])


class Statistics:
    """The cells and runs of turns that come sorted by (model, phase, run, turn), in any pieces."""

    def __init__(self) -> None:
        """Begin without turns."""
        self._cells: list[Cell] = []
        self._runs: list[CuratedRun] = []
        self._cell: _OpenCell | None = None
        self._run: _OpenRun | None = None

    def add(self, table: pa.Table) -> None:
        """Take in the next turns; there must be one. They may go on with the last run."""
        (turns,) = table.select(_SUMMED).combine_chunks().to_batches()
        for start, end in _stretches(turns["model"]):
            for begin, stop in _stretches(turns["phase"].slice(start, end - start)):
                self._add_to_cell(table, turns, start + begin, start + stop)

    def _add_to_cell(self, table: pa.Table, turns: pa.RecordBatch, start: int, end: int) -> None:
        model, phase = turns["model"][start].as_py(), Phase(turns["phase"][start].as_py())
        if self._cell is None or (self._cell.model, self._cell.phase) != (model, phase):
            self._end_cell()
            self._cell = _OpenCell(model, phase)
        self._cell.add_turns(turns.slice(start, end - start))
        numbers, scores = _integers(turns["turn"]), _doubles(turns["score"])
        prompt, completion = _integers(turns["cost_tokens_prompt"]), _integers(turns["cost_tokens_completion"])
        run_ids, seeds, days, keys = (table[name] for name in ("run_id", "seed_id", "dt", "source_key"))
        for first, last in _stretches(turns["run_id"].slice(start, end - start)):
            begin, stop = start + first, start + last
            run = self._run_of(run_ids[begin].as_py())
            run.scores.update(zip(numbers[begin:stop], scores[begin:stop], strict=True))
            run.prompt_tokens += sum(prompt[begin:stop])
            run.completion_tokens += sum(completion[begin:stop])
            run.seed_id = run.seed_id or seeds[begin].as_py()
            # A run of several objects is said to be from the one that has its last turn.
            run.dt, run.source_key = days[stop - 1].as_py(), keys[stop - 1].as_py()

    def _run_of(self, run_id: str) -> _OpenRun:
        if self._run is None or self._run.run_id != run_id:
            self._end_run()
            self._run = _OpenRun(run_id)
        return self._run

    def _end_run(self) -> None:
        if self._cell and self._run:
            row = self._run.row(self._cell.model, self._cell.phase)
            self._cell.add_run(row)
            self._cell.prompt_tokens += self._run.prompt_tokens
            self._cell.completion_tokens += self._run.completion_tokens
            self._runs.append(row)
        self._run = None

    def _end_cell(self) -> None:
        self._end_run()
        if self._cell:
            self._cells.append(self._cell.sums())
        self._cell = None

    def finish(self) -> tuple[list[Cell], list[CuratedRun]]:
        """Return the cells and the runs, each in their order."""
        self._end_cell()
        return self._cells, self._runs


def by_cell(cells: Sequence[Cell]) -> Mapping[tuple[str, Phase], list[Cell]]:
    """Return the cells of all parts by model and phase, in their order."""
    found: dict[tuple[str, Phase], list[Cell]] = {}
    for cell in sorted(cells, key=lambda cell: (cell.model, cell.phase)):
        found.setdefault((cell.model, cell.phase), []).append(cell)
    return found
