"""How many turns runs hold out, from counts: the restricted mean by Kaplan and Meier, and its standard error. Pure.

A run that breaks has a half-life; one that does not is censored at its last turn: it held out at least so long. A
mean over the broken runs alone rises when further runs break late, so it says nothing about a model. The restricted
mean takes every run up to a fixed turn, the limit.

Kaplan and Meier, Nonparametric Estimation from Incomplete Observations, https://doi.org/10.1080/01621459.1958.10501452
Greenwood's variance of the area under the curve: Klein and Moeschberger, Survival Analysis, 2003, section 4.5.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Ending(NamedTuple):
    """How a run ended: the turn at which it broke, or its last turn where it did not."""

    turn: int
    broken: bool

    @classmethod
    def of(cls, *, half_life: int | None, last_turn: int) -> "Ending":
        """Return the ending of a run."""
        return cls(last_turn, broken=False) if half_life is None else cls(half_life, broken=True)


# How many runs ended in each way. Counts of the parts of a cell add up to the cell's, in any order.
Endings = Counter[Ending]


@dataclass(frozen=True)
class Estimate:
    """A mean and its standard error, in the unit of what was averaged; no error where a single run tells none."""

    mean: float
    standard_error: float | None


@dataclass(frozen=True)
class _Step:
    """A turn at which runs broke: how many, of how many at risk, and the share that survives it."""

    turn: int
    broken: int
    at_risk: int
    survival: float


def restricted_mean(endings: Endings, *, limit: int) -> Estimate:
    """Return the mean number of turns before the break, each run's taken up to `limit`; there must be a run.

    Runs that break and runs last seen at the same turn are both still at risk there. After the last turn that was
    seen, survival stays what it was.
    """
    variance, behind, end = 0.0, 0.0, limit
    # From the last step to the first, so that the area behind each is at hand.
    for step in reversed([*_steps(endings, limit)]):
        behind += step.survival * (end - step.turn)
        end = step.turn
        if step.at_risk > step.broken:
            variance += behind**2 * step.broken / (step.at_risk * (step.at_risk - step.broken))
    return Estimate(behind + end, math.sqrt(variance) if endings.total() > 1 else None)


def _steps(endings: Endings, limit: int) -> Iterator[_Step]:
    at_risk, survival = endings.total(), 1.0
    for turn in sorted({ending.turn for ending in endings}):
        if turn >= limit:
            return
        if broken := endings[Ending(turn, broken=True)]:
            survival *= (at_risk - broken) / at_risk
            yield _Step(turn, broken, at_risk, survival)
        at_risk -= broken + endings[Ending(turn, broken=False)]


def pseudo_turns(endings: Endings, *, limit: int) -> dict[Ending, float]:
    """Return what a run of each ending contributes to the restricted mean, in turns, so that runs can be compared.

    That is n times the mean, less n-1 times the mean without the run; the turn itself, up to the limit, where no run
    was censored earlier. Andersen, Hansen and Klein, https://doi.org/10.1007/s10985-004-4771-0
    """
    runs, whole = endings.total(), restricted_mean(endings, limit=limit).mean
    if runs == 1:
        return dict.fromkeys(endings, whole)
    return {
        ending: runs * whole - (runs - 1) * restricted_mean(endings - Counter([ending]), limit=limit).mean
        for ending in endings
    }
