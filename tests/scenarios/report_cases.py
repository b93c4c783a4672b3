"""Weeks to look at: many models and one, a week without a break, a week that is missing, few runs, late data."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from ops.report.figures import CuratedWeek
from schemas.keys.grammar import Phase
from schemas.models import CuratedRun, WeeklySummary
from tests.lake.test_regressions import simulated
from tests.ops.report.test_page import curated

MODELS: Final = tuple(
    f"{family}-{size}"
    for family in ("aurora", "basalt", "cobalt", "dorado", "ember", "fjord")
    for size in ("large", "mini", "small", "thinking")
)
_KINDS: Final = ("leading_rate", "advice_leak_rate", "multi_question_rate", "closed_question_rate", "lecturing_rate")
_SUBSCORES: Final = ("cr", "st", "rhd", "ap", "nvt", "tc", "ch", "ma")


def _week(rng: random.Random, week: str, runs: Sequence[CuratedRun], rejected: Mapping[str, int]) -> CuratedWeek:
    """Return the week with figures that differ from model to model and from phase to phase, as they do."""
    skill = {model: random.Random(model).uniform(0.45, 0.95) for model in {run.model for run in runs}}

    def compliant(run: CuratedRun) -> int:
        harder = 0.08 * [*Phase].index(run.phase)
        return round(run.turns_count * min(1, max(0, rng.gauss(skill[run.model] - harder, 0.08))))

    def spread(row: WeeklySummary) -> WeeklySummary:
        own = random.Random(row.model + row.phase)
        rates = {kind: own.uniform(0, 0.3) * (1.1 - skill[row.model]) for kind in _KINDS}
        depth = {f"avg_{name}": min(9.8, own.gauss(9 * skill[row.model], 1.2)) for name in _SUBSCORES}
        cost = {"total_cost_usd": own.uniform(0.2, 9)}
        return replace(row, **rates, **cost, **(depth if row.avg_csd_overall is not None else {}))

    found = curated(week, [replace(run, compliant_turns=compliant(run)) for run in runs], {**rejected})
    return replace_summary(found, [spread(row) for row in found.summary])


def replace_summary(week: CuratedWeek, summary: Sequence[WeeklySummary]) -> CuratedWeek:
    return CuratedWeek(**{**{name: getattr(week, name) for name in week.__dataclass_fields__}, "summary": summary})


def _weeks(
    models: Sequence[str],
    numbers: Sequence[int],
    *,
    runs: Callable[[list[CuratedRun]], list[CuratedRun]] = lambda runs: runs,
) -> list[CuratedWeek]:
    rng = random.Random(11)
    last, lost = numbers[-1], models[len(models) // 3]
    return [
        _week(
            rng,
            f"2025-W{number}",
            runs(simulated(rng, [*models], lost=lost if number == last else "", loss=0.4)),
            {"malformed": 12, "wrong_type:score": 3, "too_long:model_response": 1} if number == last else {},
        )
        for number in numbers
    ]


def _unbroken(runs: list[CuratedRun]) -> list[CuratedRun]:
    return [replace(run, half_life_turn=None) for run in runs]


def _two_a_cell(runs: list[CuratedRun]) -> list[CuratedRun]:
    return [run for n, run in enumerate(runs) if n % 12 < 2]


CASES: Final[Mapping[str, tuple[list[CuratedWeek], list[str]]]] = {
    "many-models": (_weeks(MODELS, range(36, 46)), [*MODELS, "glacier-new"]),
    "one-model": (_weeks(MODELS[:1], range(40, 46)), [MODELS[0]]),
    "without-a-break": (_weeks(MODELS[:4], (44, 45), runs=_unbroken), [*MODELS[:4]]),
    "a-missing-week": (_weeks(MODELS[:4], (40, 41, 43, 45)), [*MODELS[:4]]),
    "two-runs-a-cell": (_weeks(MODELS[:6], (44, 45), runs=_two_a_cell), [*MODELS[:6]]),
}
