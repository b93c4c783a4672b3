"""What the demo puts into the lake, chosen so that everything the index does with an object happens."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import msgspec

from ops.sample import SampleObject, SampleOptions, generate
from ops.sample.defects import KEY_DEFECTS
from ops.sample.turns import JUDGE_MODEL
from schemas.keys.grammar import Phase
from schemas.keys.layout import CalibrationResultKey
from schemas.keys.weeks import Week
from schemas.models import CanaryDetail, CanaryResult, ModelConfig
from schemas.run_index import RunStatus

# No registry has it, so that the index flags its runs.
UNREGISTERED_MODEL: Final = "gpt-4-turbo"
WEEK: Final = Week(2025, 45)
_FIXED_WEEKS: Final = (Week(2025, 41), Week(2025, 43), WEEK, Week(2025, 46))
_RECENT_WEEKS: Final = 2
_RUNS: Final = 1
_BAD_LINES: Final = 0.006


def demo_weeks(today: date) -> tuple[Week, ...]:
    """Return weeks of October and November 2025 and the last whole weeks before today."""
    this_week = Week.of(today)
    recent = (this_week.shift(-back) for back in range(1, _RECENT_WEEKS + 1))
    return tuple(sorted({*_FIXED_WEEKS, *recent}))


def demo_objects(*, today: date, registry: Mapping[str, ModelConfig]) -> list[SampleObject]:
    """Return all objects of the demo, with runs of every status, each key once."""
    samples = (
        SampleOptions(weeks=demo_weeks(today), models=tuple(registry), runs=_RUNS, bad_lines=_BAD_LINES),
        SampleOptions(weeks=(WEEK,), models=(UNREGISTERED_MODEL,), seed=1),
        SampleOptions(weeks=(WEEK,), models=tuple(registry)[:1], phases=(Phase.P1,), bad_lines=1, seed=2),
        SampleOptions(
            weeks=(WEEK,),
            models=tuple(registry)[:1],
            phases=(Phase.P2,),
            runs=len(KEY_DEFECTS) + 1,  # and the empty object
            bad_keys=1,
            seed=3,
        ),
    )
    return [sample for options in samples for sample in generate(options, prices=registry)]


def late_week(today: date) -> Week:
    """Return the week that gets runs after it was curated, one that the schedule still looks at."""
    return Week.of(today).shift(-1)


def late_objects(*, today: date, registry: Mapping[str, ModelConfig]) -> list[SampleObject]:
    """Return runs of that week, none of which is among `demo_objects`."""
    options = SampleOptions(weeks=(late_week(today),), models=tuple(registry)[:1], runs=2, seed=4)
    return [*generate(options, prices=registry)]


def raw_objects(samples: Sequence[SampleObject]) -> dict[str, SampleObject]:
    """Return those that the index must know, by key; of two versions of a key the later one."""
    return {sample.key: sample for sample in samples if sample.expected_status}


def rewritten(samples: Sequence[SampleObject]) -> SampleObject:
    """Return a second version of the first faultless run, which has lost its last turn."""
    first = next(sample for sample in samples if sample.expected_status is RunStatus.OK)
    lines = first.body.splitlines(keepends=True)
    return replace(first, body=b"".join(lines[:-1]), expected_turns=first.expected_turns - 1)


def calibration_result(day: date) -> SampleObject:
    """Return a canary's result, one of the objects that are replicated."""
    result = CanaryResult(
        date=str(day),
        judge_model=JUDGE_MODEL,
        golden_set_version="golden_set_v1",
        items_tested=200,
        avg_deviation=0.03,
        max_deviation=0.08,
        alert_threshold=0.05,
        alert_triggered=True,
        details=[CanaryDetail("CAL-A1B2C3D4", expert_score=8.2, judge_score=7.5, deviation=0.7)],
    )
    return SampleObject(str(CalibrationResultKey(day)), msgspec.json.encode(result) + b"\n")
