"""Whether a fall is more than chance: permutation tests in blocks, and the false discovery rate of many. Pure."""

import math
import random
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, TypeVar

_K = TypeVar("_K", bound=Hashable)

# Draws of a test. A p-value that has counted so many draws as extreme is exact enough to be let be.
_DRAWS: Final = 1999
_ENOUGH: Final = 20
# From so many runs on the distribution is normal, to more places than the draws would give.
_LARGE: Final = 1000
# Sums of the same floats in another order are no other sums.
_TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class Block:
    """Figures of runs that differ in their week alone, such as those of one seed; both sides have at least one."""

    now: Sequence[float]
    before: Sequence[float]


def paired(now: Iterable[tuple[_K, float]], before: Iterable[tuple[_K, float]]) -> list[Block]:
    """Return the figures in blocks: those whose label both weeks have by label, and the rest of both as one."""
    sides = _by_label(now), _by_label(before)
    shared = sides[0].keys() & sides[1].keys()
    blocks = [Block(sides[0][label], sides[1][label]) for label in sides[0] if label in shared]
    rest = [[value for label, values in side.items() if label not in shared for value in values] for side in sides]
    return [*blocks, *([Block(*rest)] if all(rest) else [])]


def _by_label(figures: Iterable[tuple[_K, float]]) -> dict[_K, list[float]]:
    found: dict[_K, list[float]] = {}
    for label, value in figures:
        found.setdefault(label, []).append(value)
    return found


def p_value_of_fall(strata: Iterable[Sequence[Block]], *, seed: str) -> float:
    """Return how often chance alone gives a fall as large as that of `now` against `before`, over all strata.

    The figures of each block are shuffled between its weeks. Each stratum, such as a phase, weighs by how exactly it
    is known, so that one with few or scattered runs does not drown the others. Same figures, order and seed, same
    answer. 1 where no block differs. Draws stop early where chance does as well often:
    Besag and Clifford, Sequential Monte Carlo p-values, https://doi.org/10.1093/biomet/78.2.301
    """
    centred = [block for stratum in strata for block in _standardised(stratum)]
    observed = math.fsum(value for values, runs in centred for value in values[:runs])
    if not centred or observed >= 0:
        return 1.0
    if sum(len(values) for values, _ in centred) >= _LARGE:
        return NormalDist(0, math.sqrt(math.fsum(map(_variance, centred)))).cdf(observed)
    draw = random.Random(seed).sample  # noqa: S311 - chance to compare with, and the same each time
    extreme = 0
    for drawn in range(1, _DRAWS + 1):
        extreme += math.fsum(sum(draw(values, runs)) for values, runs in centred) <= observed + _TOLERANCE
        if extreme == _ENOUGH:
            return extreme / drawn
    return (extreme + 1) / (_DRAWS + 1)


# A block's figures, those of `now` first, and how many these are.
_Centred = tuple[Sequence[float], int]


def _standardised(blocks: Sequence[Block]) -> list[_Centred]:
    """Return the blocks of a stratum around their own means, in units of the standard error of their sum."""
    centred = [_centred(block) for block in blocks]
    error = math.sqrt(math.fsum(map(_variance, centred)))
    return [([value / error for value in values], runs) for values, runs in centred] if error > _TOLERANCE else []


def _centred(block: Block) -> _Centred:
    values = [*block.now, *block.before]
    mean = math.fsum(values) / len(values)
    return [value - mean for value in values], len(block.now)


def _variance(block: _Centred) -> float:
    """Return the variance of the sum of as many figures as `now` has, drawn without putting back."""
    values, runs = block
    size = len(values)
    return runs * (size - runs) / (size * (size - 1)) * math.fsum(value * value for value in values)


def adjusted(p_values: Mapping[_K, float]) -> dict[_K, float]:
    """Return the p-values adjusted so that a limit on them limits the share of false discoveries among all named.

    Benjamini and Hochberg, Controlling the False Discovery Rate, https://doi.org/10.1111/j.2517-6161.1995.tb02031.x
    """
    ranked = sorted(p_values.items(), key=lambda item: item[1], reverse=True)
    found, least = {}, 1.0
    for worse, (key, p_value) in enumerate(ranked):
        least = min(least, p_value * len(ranked) / (len(ranked) - worse))
        found[key] = least
    return found
