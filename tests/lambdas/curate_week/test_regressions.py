import json

import pytest
from hypothesis import given, strategies as st
from msgspec import convert

from lambdas.curate_week import handler
from lambdas.curate_week.regressions import regressions
from schemas.curation import Outcome, Regression, WeekReport
from schemas.models import WeeklySummary
from schemas.names import Variable

shares = st.floats(0, 1)
half_lives = st.none() | st.floats(3, 200)


def row(*, half_life: float | None = 10.0, compliance: float = 0.8, phase: str = "P2") -> WeeklySummary:
    rates = [name for name in WeeklySummary.__struct_fields__ if name.endswith("_rate") and "avg" not in name]
    counts = ("runs_count", "turns_count", "degraded_runs", "prompt_tokens", "completion_tokens")
    return convert(
        {
            "week": "2025-W45",
            "model": "m",
            "phase": phase,
            "avg_score": 8.0,
            "avg_half_life_turn": half_life,
            "avg_compliance_rate": compliance,
            "generated_from": "",
            **dict.fromkeys(rates, 0.0),
            **dict.fromkeys(counts, 1),
        },
        WeeklySummary,
    )


@pytest.mark.parametrize(
    ("before", "now", "fell"),
    [
        (row(half_life=10), row(half_life=7.9), True),
        (row(half_life=10), row(half_life=8), False),
        (row(half_life=15), row(half_life=12), False),
        (row(half_life=10), row(half_life=30), False),
        (row(half_life=None), row(half_life=3), False),
        (row(half_life=10), row(half_life=None), False),
        (row(compliance=0.8), row(compliance=0.69), True),
        (row(compliance=0.8), row(compliance=0.7), False),
        (row(compliance=0.3), row(compliance=0.2), False),
        (row(compliance=0.05), row(compliance=0), False),
        (row(half_life=None, compliance=0.8), row(half_life=5, compliance=0.5), True),
    ],
)
def test_more_than_a_fifth_of_half_life_or_ten_points_of_compliance_is_a_regression(
    before: WeeklySummary, now: WeeklySummary, *, fell: bool
) -> None:
    assert bool(regressions([now], [before])) is fell


def test_a_regression_names_its_cell_and_the_figures_of_both_weeks() -> None:
    before = [row(phase="P1"), row(phase="P2", half_life=10, compliance=0.8)]
    now = [row(phase="P1"), row(phase="P2", half_life=5, compliance=0.75), row(phase="P3", half_life=3, compliance=0)]
    assert regressions(now, before) == [
        Regression(
            model="m",
            phase="P2",
            half_life_turn=5,
            half_life_turn_before=10,
            compliance_rate=0.75,
            compliance_rate_before=0.8,
        )
    ]


@given(half_life=half_lives, compliance=shares, other_half_life=half_lives, other_compliance=shares)
def test_a_cell_regresses_neither_against_itself_nor_by_one_figure_in_both_directions(
    half_life: float | None, compliance: float, other_half_life: float | None, other_compliance: float
) -> None:
    one = row(half_life=half_life, compliance=compliance)
    same_half_life, same_compliance = (
        row(half_life=half_life, compliance=other_compliance),
        row(half_life=other_half_life, compliance=compliance),
    )
    assert regressions([one], [one]) == []
    for other in (same_half_life, same_compliance):
        assert not (regressions([one], [other]) and regressions([other], [one]))


def metrics(monkeypatch: pytest.MonkeyPatch, *reports: WeekReport) -> dict[str, float]:
    monkeypatch.setenv(Variable.METRIC_NAMESPACE, "SocraticBench")
    logged: dict[str, float] = json.loads(handler._metrics(reports))
    return logged


A_REGRESSION = regressions([row(compliance=0.1)], [row()])


def test_the_newest_week_that_was_compared_decides_the_metric(monkeypatch: pytest.MonkeyPatch) -> None:
    older = WeekReport(week="2025-W45", outcome=Outcome.CURATED, regressions=[])
    newer = WeekReport(week="2025-W46", outcome=Outcome.SUMMARY, regressions=A_REGRESSION)
    untouched = WeekReport(week="2025-W47", outcome=Outcome.UNCHANGED)
    assert metrics(monkeypatch, older, newer, untouched)["Regressions"] == 1
    assert metrics(monkeypatch, older)["Regressions"] == 0
    assert "Regressions" not in metrics(monkeypatch, untouched)


def test_the_rejected_share_is_of_the_lines_that_were_curated(monkeypatch: pytest.MonkeyPatch) -> None:
    weeks = [
        WeekReport(week=f"2025-W{week}", outcome=Outcome.CURATED, lines=lines, rejected=rejected)
        for week, lines, rejected in ((45, 100, 3), (46, 300, 1))
    ]
    assert metrics(monkeypatch, *weeks)["RejectedShare"] == 1
    assert "RejectedShare" not in metrics(monkeypatch, WeekReport(week="2025-W45", outcome=Outcome.EMPTY))
