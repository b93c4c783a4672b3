"""Which models do worse than the week before, by enough to say so. Pure."""

from collections.abc import Iterable
from typing import Final

from schemas.curation import Regression
from schemas.models import WeeklySummary

# As a share of the week before, and in absolute terms: 0.1 is ten points of a hundred.
HALF_LIFE_DROP: Final = 0.2
COMPLIANCE_DROP: Final = 0.1
# Floats make of a drop by exactly as much a little more, as 0.8 - 0.7 does.
_PLACES: Final = 9


def regressions(rows: Iterable[WeeklySummary], before: Iterable[WeeklySummary]) -> list[Regression]:
    """Return each model and phase whose half-life or compliance fell by more than its limit, in the rows' order.

    A cell that the week before lacks is not compared, nor is a half-life where one of the weeks has none: no run of
    it degraded.
    """
    earlier = {(row.model, row.phase): row for row in before}
    pairs = ((row, earlier[row.model, row.phase]) for row in rows if (row.model, row.phase) in earlier)
    return [_regression(now, then) for now, then in pairs if _fell(now, then)]


def _fell(now: WeeklySummary, then: WeeklySummary) -> bool:
    return _half_life_drop(now, then) > HALF_LIFE_DROP or _compliance_drop(now, then) > COMPLIANCE_DROP


def _half_life_drop(now: WeeklySummary, then: WeeklySummary) -> float:
    if now.avg_half_life_turn is None or not then.avg_half_life_turn:
        return 0
    return round(1 - now.avg_half_life_turn / then.avg_half_life_turn, _PLACES)


def _compliance_drop(now: WeeklySummary, then: WeeklySummary) -> float:
    return round(then.avg_compliance_rate - now.avg_compliance_rate, _PLACES)


def _regression(now: WeeklySummary, then: WeeklySummary) -> Regression:
    return Regression(
        model=now.model,
        phase=now.phase,
        half_life_turn=now.avg_half_life_turn,
        half_life_turn_before=then.avg_half_life_turn,
        compliance_rate=now.avg_compliance_rate,
        compliance_rate_before=then.avg_compliance_rate,
    )
