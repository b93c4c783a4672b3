from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from ops.sample import SampleOptions
from ops.sample.options import SampleOptionsError
from ops.sample.plan import plan_runs, ulid
from schemas.keys.grammar import Phase
from schemas.keys.weeks import Week

WEEKS = (Week(2020, 53), Week(2025, 45))
OPTIONS = SampleOptions(weeks=WEEKS, models=("a", "b"), runs=5)


def test_ulid_holds_its_time_in_the_first_ten_characters() -> None:
    # The specification's example time, 1469918176385.
    assert ulid(datetime.fromtimestamp(1469918176.385, UTC), "x").startswith("01ARYZ6S41")


def test_ulids_of_one_instant_differ_by_entropy() -> None:
    at = datetime(2025, 11, 5, tzinfo=UTC)
    assert ulid(at, "x") != ulid(at, "y")
    assert ulid(at, "x") == ulid(at, "x")


def test_every_cell_has_its_runs_and_every_run_its_own_id() -> None:
    plans = list(plan_runs(OPTIONS))
    assert len(plans) == len({plan.key.run_id for plan in plans}) == OPTIONS.runs_count == 2 * 2 * 4 * 5
    assert {(plan.week, plan.model, plan.phase) for plan in plans} == {
        (week, model, phase) for week in WEEKS for model in ("a", "b") for phase in Phase
    }


def test_days_lie_inside_the_week_and_starts_on_the_day() -> None:
    for plan in plan_runs(OPTIONS):
        assert Week.of(plan.key.dt) == plan.week
        assert plan.started_at.date() == plan.key.dt


def test_a_run_does_not_depend_on_the_others() -> None:
    alone = SampleOptions(weeks=WEEKS[1:], models=("b",), phases=(Phase.P2,), runs=1)
    (plan,) = plan_runs(alone)
    assert plan.key in {other.key for other in plan_runs(OPTIONS)}


def test_turns_stay_in_their_range_and_reach_both_ends() -> None:
    options = SampleOptions(weeks=WEEKS, models=("a",), runs=50, turns=(10, 14))
    assert {plan.turns for plan in plan_runs(options)} == {10, 11, 12, 13, 14}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"weeks": ()}, "weeks: expected at least one"),
        ({"models": ("a", "a")}, "models: expected at least one, each once"),
        ({"phases": ()}, "phases: expected at least one"),
        ({"runs": 0}, "runs 0: expected 1 to 1000000"),
        ({"turns": (0, 5)}, "turns 0-5: expected LEAST-MOST within 1-200"),
        ({"turns": (10, 201)}, "turns 10-201: expected LEAST-MOST within 1-200"),
        ({"turns": (12, 11)}, "turns 12-11: expected"),
        ({"bad_lines": 1.1}, "bad_lines 1.1: expected a share from 0 to 1"),
        ({"bad_keys": float("nan")}, "bad_keys nan: expected a share from 0 to 1"),
    ],
)
def test_options_that_no_sample_can_have_are_refused(values: Mapping[str, object], message: str) -> None:
    with pytest.raises(SampleOptionsError, match=message):
        SampleOptions(**{"weeks": WEEKS, "models": ("a",), **values})  # type: ignore[arg-type]
