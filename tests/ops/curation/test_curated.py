"""Each state is made by damaging a week that was curated, and the curation must have something to do just then."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from lambdas.curate_week.curator import Curator
from lambdas.curate_week.plan import Look, Target
from ops.curation.curated import CuratedState, curated_state, curated_states, published_weeks, repair_weeks
from ops.invoke import InvocationError
from schemas.curation import Outcome, last_due_week
from schemas.keys.grammar import CuratedFile, CuratedTable
from schemas.keys.layout import CuratedKey, SymlinkKey
from schemas.keys.weeks import Week
from tests.lambdas.curate_week.lake import LakeOfWeeks
from tests.ops.conftest import Deployed

WEEK = Week(2025, 45)
OTHER_RUN = "01HQVZ3K9X1234567890ABCDEG"


@pytest.fixture
def lake(deployed: Deployed) -> LakeOfWeeks:
    """Give a lake of two weeks that are curated."""
    lake = LakeOfWeeks(deployed.s3, deployed.bucket)
    for week in (WEEK.shift(-1), WEEK):
        lake.put_run(week, 9.0, 8.0)
        lake.curate(week)
    return lake


def delete(lake: LakeOfWeeks, *keys: object) -> None:
    for key in keys:
        lake.s3.delete_object(Bucket=lake.bucket, Key=str(key))


def new_figures_before(lake: LakeOfWeeks) -> None:
    lake.put_run(WEEK.shift(-1), 1.0, run_id=OTHER_RUN)
    lake.curate(WEEK.shift(-1))


DAMAGES: list[tuple[Callable[[LakeOfWeeks], object], CuratedState]] = [
    (lambda _: None, CuratedState.CURRENT),
    (lambda lake: delete(lake, *(CuratedKey(WEEK, file) for file in CuratedFile)), CuratedState.MISSING),
    (lambda lake: delete(lake, CuratedKey(WEEK, CuratedFile.TURNS)), CuratedState.MIXTURE),
    (lambda lake: lake.put_run(WEEK, 5.0, run_id=OTHER_RUN), CuratedState.STALE),
    (lambda lake: delete(lake, SymlinkKey(CuratedTable.CURATED_TURNS, WEEK)), CuratedState.MIXTURE),
    (new_figures_before, CuratedState.OUTDATED_CHANGES),
    (lambda lake: delete(lake, lake.put_run(WEEK, 9.0)), CuratedState.WITHOUT_RUNS),
]
NOTHING_TO_DO = {Outcome.UNCHANGED, Outcome.EMPTY}


@pytest.mark.parametrize(
    ("damage", "expected"), DAMAGES, ids=[f"{state} {number}" for number, (_, state) in enumerate(DAMAGES)]
)
def test_each_state_is_found_and_the_curation_agrees(
    lake: LakeOfWeeks, damage: Callable[[LakeOfWeeks], object], expected: CuratedState
) -> None:
    damage(lake)
    look = lake.curator().look(Target(WEEK))
    assert curated_state(look) is expected
    current = expected in (CuratedState.CURRENT, CuratedState.WITHOUT_RUNS)
    assert (look.outcome in NOTHING_TO_DO) == current


def test_a_week_without_runs_of_which_nothing_is_published_is_current(lake: LakeOfWeeks) -> None:
    assert curated_state(lake.curator().look(Target(WEEK.shift(5)))) is CuratedState.CURRENT


def looker(curator: Curator) -> Callable[[Week], Look]:
    return lambda week: curator.look(Target(week))


def test_a_week_that_is_being_published_is_looked_at_a_second_time(lake: LakeOfWeeks) -> None:
    lake.put_run(WEEK, 5.0, run_id=OTHER_RUN)
    looked: list[Week] = []

    def look(week: Week) -> Look:
        found = lake.curator().look(Target(week))
        if week not in looked:
            lake.curate(week)
        looked.append(week)
        return found

    weeks = [WEEK.shift(-1), WEEK]
    assert dict(curated_states(weeks, look)) == dict.fromkeys(weeks, CuratedState.CURRENT)
    assert sorted(looked) == [WEEK.shift(-1), WEEK, WEEK]


def test_weeks_are_repaired_oldest_first_and_failures_are_named(lake: LakeOfWeeks) -> None:
    failing = WEEK.shift(1)
    for week in (WEEK, failing):
        lake.put_run(week, 5.0, run_id=OTHER_RUN)
    curated: list[Week] = []

    def curate(week: Week) -> None:
        curated.append(week)
        if week == failing:
            raise InvocationError("too large")
        lake.curate(week)

    done = repair_weeks([failing, WEEK], curate=curate, look=looker(lake.curator()))
    assert curated == [WEEK, failing]
    assert done.states == {WEEK: CuratedState.CURRENT, failing: CuratedState.MISSING}
    assert (done.left, done.failures) == ([failing], {failing: "too large"})


def test_weeks_are_found_by_what_is_published(lake: LakeOfWeeks) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key="curated/week=junk/turns.parquet")
    assert list(published_weeks(lake.s3, lake.bucket)) == [WEEK.shift(-1), WEEK]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-11-10T13:59:59", "2025-W44"),
        ("2025-11-10T14:00:00", "2025-W45"),
        ("2025-11-16T23:59:59", "2025-W45"),
        ("2026-01-05T14:00:00", "2026-W01"),
    ],
)
def test_a_week_is_due_once_its_schedule_had_the_time(now: str, expected: str) -> None:
    assert str(last_due_week(datetime.fromisoformat(now).replace(tzinfo=UTC))) == expected
