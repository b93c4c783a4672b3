"""How a producer of runs computes what it stores: the formulas of the data model.

Inputs have one decimal; rounding to `PLACES` gives the exact decimal result, without binary noise.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

PLACES: Final = 4
FORM_WEIGHT: Final = 0.2
SUBSTANCE_WEIGHT: Final = 0.3
PURITY_WEIGHT: Final = 0.5
# Below this base score, context-sensitive depth can only lower the final score.
CSD_CAPS_BELOW: Final = 7.0

CSD_WEIGHTS: Final[Mapping[str, float]] = {
    "CR": 0.20,
    "ST": 0.20,
    "RHD": 0.15,
    "AP": 0.15,
    "NVT": 0.10,
    "TC": 0.10,
    "CH": 0.05,
    "MA": 0.05,
}


def base_score(form: float, substance: float, purity: float) -> float:
    """Return the weighted score of a reply in points, 0-10."""
    return round(FORM_WEIGHT * form + SUBSTANCE_WEIGHT * substance + PURITY_WEIGHT * purity, PLACES)


def csd_overall(subscores: Mapping[str, float]) -> float:
    """Return context-sensitive depth, 0-10, of all eight subscores by name."""
    return round(sum(weight * subscores[name] for name, weight in CSD_WEIGHTS.items()), PLACES)


def final_score(base: float, overall: float | None) -> float:
    """Return a turn's score, 0-10; `overall` is None where the phase has no context-sensitive depth (P0)."""
    if overall is None:
        return base
    return min(base, overall) if base < CSD_CAPS_BELOW else round((base + overall) / 2, PLACES)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile of some values; `share` lies in (0, 1]."""
    return sorted(values)[math.ceil(share * len(values)) - 1]
