"""Which models do worse than the week before, by enough and by more than chance. Pure.

Two questions are asked of each model: does it hold out for fewer turns, and does it comply less often? Evidence is
taken first over all its phases together, the share of false findings among the models limited to `FALSE_DISCOVERIES`,
and then phase by phase for the models that are left. A phase is named when it also fell by more than its limit.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import NormalDist, fmean, stdev
from typing import Final

from lake.significance import Block, adjusted, p_value_of_fall, paired
from lake.survival import Ending, Endings, Estimate, pseudo_turns, restricted_mean
from schemas.curation import Measure, Regression
from schemas.keys.grammar import Phase
from schemas.models import CuratedRun

FALSE_DISCOVERIES: Final = 0.05
CONFIDENCE: Final = 0.95
# Standard errors on each side of a mean that its interval reaches.
INTERVAL: Final = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)

Runs = Sequence[CuratedRun]


# A fall that is smaller is not named, however certain: of turns as a share of the week before, of compliance in
# points of a hundred.
LIMITS: Final = {Measure.HALF_LIFE: 0.2, Measure.COMPLIANCE: 0.1}
# Floats make of a fall by exactly as much a little more, as 0.8 - 0.7 does.
_PLACES: Final = 9


@dataclass(frozen=True)
class _Cell:
    """The runs of a model in a phase, of both weeks; there is one of each."""

    model: str
    phase: Phase
    now: Runs
    before: Runs
    turns: int


def regressions(
    now: Iterable[CuratedRun], before: Iterable[CuratedRun], turns: Mapping[Phase, int]
) -> list[Regression]:
    """Return what fell, by model, phase and measure. Both weeks' runs come sorted by (model, phase).

    `turns` are what each phase is planned for. A phase that it lacks, or that a week has no run in, is not compared.
    """
    earlier = dict(_cells(before))
    cells = [
        _Cell(*cell, runs, earlier[cell], turns[cell[1]])
        for cell, runs in _cells(now)
        if cell in earlier and cell[1] in turns
    ]
    models = [list(of_model) for _, of_model in groupby(cells, key=lambda cell: cell.model)]
    evidence = {
        (place, measure): p_value_of_fall([_blocks(cell, measure) for cell in of_model], seed=of_model[0].model)
        for place, of_model in enumerate(models)
        for measure in Measure
    }
    certain = [question for question, p_value in adjusted(evidence).items() if p_value <= FALSE_DISCOVERIES]
    found = [fallen for place, measure in certain for fallen in _fallen(models[place], measure)]
    return sorted(found, key=lambda fallen: (fallen.model, fallen.phase, fallen.measure))


def _cells(runs: Iterable[CuratedRun]) -> Iterable[tuple[tuple[str, Phase], Runs]]:
    for (model, phase), of_cell in groupby(runs, key=lambda run: (run.model, run.phase)):
        yield (model, phase), list(of_cell)


def _fallen(cells: Sequence[_Cell], measure: Measure) -> list[Regression]:
    evidence = {
        place: p_value_of_fall([_blocks(cell, measure)], seed=f"{cell.model} {cell.phase}")
        for place, cell in enumerate(cells)
    }
    compared = (_compare(cells[place], measure, p_value) for place, p_value in adjusted(evidence).items())
    return [it for it in compared if it.p_value <= FALSE_DISCOVERIES and _size(it) > LIMITS[measure]]


def _size(fallen: Regression) -> float:
    if fallen.measure is Measure.COMPLIANCE:
        return round(-fallen.effect, _PLACES)
    return round(-fallen.effect / fallen.before, _PLACES) if fallen.before else 0


def _blocks(cell: _Cell, measure: Measure) -> list[Block]:
    figure = _FIGURES[measure](cell)
    return paired(*([(run.seed_id, figure(run)) for run in runs] for runs in (cell.now, cell.before)))


def _turns_of(cell: _Cell) -> Callable[[CuratedRun], float]:
    contributed = pseudo_turns(endings([*cell.now, *cell.before]), limit=cell.turns)
    return lambda run: contributed[_ending(run)]


def _compliance_of(_cell: _Cell) -> Callable[[CuratedRun], float]:
    return lambda run: run.compliant_turns / run.turns_count


_FIGURES: Final = {Measure.HALF_LIFE: _turns_of, Measure.COMPLIANCE: _compliance_of}


def _ending(run: CuratedRun) -> Ending:
    return Ending.of(half_life=run.half_life_turn, last_turn=run.last_turn)


def endings(runs: Iterable[CuratedRun]) -> Endings:
    """Return how many runs ended in each way."""
    return Counter(map(_ending, runs))


def estimate(runs: Runs, measure: Measure, *, turns: int) -> Estimate:
    """Return a measure over the runs of a cell, of which there must be one, with its standard error."""
    if measure is Measure.HALF_LIFE:
        return restricted_mean(endings(runs), limit=turns)
    rates = [run.compliant_turns / run.turns_count for run in runs]
    return Estimate(fmean(rates), stdev(rates) / math.sqrt(len(rates)) if len(rates) > 1 else None)


def _compare(cell: _Cell, measure: Measure, p_value: float) -> Regression:
    now, before = (estimate(runs, measure, turns=cell.turns) for runs in (cell.now, cell.before))
    effect = now.mean - before.mean
    margin = INTERVAL * math.hypot(now.standard_error or 0, before.standard_error or 0)
    return Regression(
        model=cell.model,
        phase=cell.phase,
        measure=measure,
        now=now.mean,
        before=before.mean,
        effect=effect,
        low=effect - margin,
        high=effect + margin,
        runs=len(cell.now),
        runs_before=len(cell.before),
        p_value=p_value,
    )
