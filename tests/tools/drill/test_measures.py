from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from tools.drill.measures import Measures, Step, show

# As finely as anything here could be told apart.
SECONDS = st.integers(min_value=0, max_value=10_000_000).map(lambda milliseconds: milliseconds / 1000)
COUNTS = st.integers(min_value=1, max_value=10**6)
STEPS = st.lists(st.builds(Step, st.just("step"), SECONDS, COUNTS), min_size=1, max_size=5)

MEASURES = Measures(
    acknowledged=8,
    lost=0,
    replicated=992,
    replicated_lost=0,
    replication_seconds=1.25,
    startup=1.0,
    steps=[Step("restore", 11.0, 1000), Step("reindex", 3.0, 500)],
)


def test_only_what_grows_with_the_lake_is_projected() -> None:
    assert MEASURES.rto == 14.0
    # 0.01 s an object to restore and 0.004 s to index, after a second each to start.
    assert MEASURES.projected(10_000) == pytest.approx(1 + 100 + 1 + 40)
    assert MEASURES.projected(1_000_000) == pytest.approx(2 + 14_000)


@given(steps=STEPS, startup=SECONDS, objects=COUNTS)
def test_more_objects_never_take_less_time(steps: list[Step], startup: float, objects: int) -> None:
    measures = replace(MEASURES, steps=steps, startup=startup)
    assert 0 <= measures.projected(objects) <= measures.projected(objects + 1)


@given(seconds=st.floats(min_value=1, max_value=10_000), objects=COUNTS)
def test_the_measured_lake_projects_to_what_was_measured(seconds: float, objects: int) -> None:
    measures = replace(MEASURES, steps=[Step("step", seconds, objects)])
    assert measures.projected(objects) == pytest.approx(measures.rto)


@given(steps=STEPS, startup=SECONDS)
def test_what_comes_back_in_an_hour_does_and_more_does_not(steps: list[Step], startup: float) -> None:
    measures = replace(MEASURES, steps=steps, startup=startup)
    if objects := measures.in_an_hour:
        assert measures.projected(objects) <= 3600.001
        assert measures.projected(objects + 2) >= 3599.999


def test_without_a_rate_nothing_is_said_of_an_hour() -> None:
    assert replace(MEASURES, startup=20.0).in_an_hour is None
    assert replace(MEASURES, startup=2000.0, steps=[Step("x", 4000.0, 1)] * 2).in_an_hour == 0


def test_the_report_has_both_objectives_and_what_they_project_to() -> None:
    assert MEASURES.report() == {
        "rpo": {
            "acknowledged": 8,
            "lost": 0,
            "replicated_by_s3": 992,
            "replicated_lost": 0,
            "replication_seconds": 1.25,
        },
        "rto": {
            "seconds": 14.0,
            "startup_seconds": 1.0,
            "steps": {
                "restore": {"seconds": 11.0, "objects": 1000},
                "reindex": {"seconds": 3.0, "objects": 500},
            },
            "projected_seconds": {"10000": 142, "1000000": 14_002},
            "objects_in_an_hour": 257_000,
        },
    }


def test_people_get_tables(capsys: pytest.CaptureFixture[str]) -> None:
    show(MEASURES)
    out = capsys.readouterr().out
    assert "for 1,000,000" in out
    assert "14,002" in out
