"""The weekly summary against the same figures computed by DuckDB, from the turns that were published beside it."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, strategies as st
from msgspec.structs import asdict, replace

from lambdas.curate_week.summary import with_changes, wow_input
from ops.sample import SampleOptions, generate
from schemas.keys.grammar import CuratedFile
from schemas.keys.layout import RawKey
from schemas.models import ModelConfig, WeeklySummary
from tests.lambdas.curate_week.lake import MODEL
from tests.lambdas.curate_week.weeks import WEEK, MemoryWeek, one_object
from tests.schemas.examples import KEY, line

PRICED = "claude-3.5-sonnet"
MODELS = {PRICED: ModelConfig(PRICED, "p", "e", "v", cost_per_1m_prompt=3, cost_per_1m_completion=15, max_tokens=1)}

_INDEPENDENT = """
WITH windows AS (
  SELECT model, phase, run_id, turn,
         turn - LAG(turn, 2) OVER run = 2 AND AVG(score) OVER (run ROWS 2 PRECEDING) < 8 AS degraded
  FROM turns WINDOW run AS (PARTITION BY model, phase, run_id ORDER BY turn)
), runs AS (
  SELECT model, phase, run_id, MIN(turn) FILTER (WHERE degraded) AS half_life,
         (SELECT AVG(CASE WHEN score >= 8 THEN 1.0 ELSE 0.0 END) FROM turns t
          WHERE (t.model, t.phase, t.run_id) = (w.model, w.phase, w.run_id)) AS compliance
  FROM windows w GROUP BY model, phase, run_id
), per_run AS (
  SELECT model, phase, COUNT(*) AS runs_count, AVG(half_life) AS avg_half_life_turn,
         COUNT(half_life) AS degraded_runs, AVG(compliance) AS avg_compliance_rate,
         STDDEV_SAMP(compliance) / SQRT(COUNT(*)) AS compliance_rate_se
  FROM runs GROUP BY model, phase
), per_turn AS (
  SELECT model, phase, COUNT(*) AS turns_count, AVG(score) AS avg_score,
         AVG(csd_overall) AS avg_csd_overall, AVG(csd_cr) AS avg_cr, AVG(csd_st) AS avg_st, AVG(csd_rhd) AS avg_rhd,
         AVG(csd_ap) AS avg_ap, AVG(csd_nvt) AS avg_nvt, AVG(csd_tc) AS avg_tc, AVG(csd_ch) AS avg_ch,
         AVG(csd_ma) AS avg_ma,
         AVG(list_contains(violations, 'leading_question')::INT) AS leading_rate,
         AVG(list_contains(violations, 'advice_leakage')::INT) AS advice_leak_rate,
         AVG(list_contains(violations, 'multi_question')::INT) AS multi_question_rate,
         AVG(list_contains(violations, 'closed_question')::INT) AS closed_question_rate,
         AVG(list_contains(violations, 'lecturing')::INT) AS lecturing_rate,
         AVG(list_contains(violations, 'off_topic')::INT) AS off_topic_rate,
         AVG(list_contains(violations, 'meta_violation')::INT) AS meta_violation_rate,
         SUM(cost_tokens_prompt)::BIGINT AS prompt_tokens, SUM(cost_tokens_completion)::BIGINT AS completion_tokens
  FROM turns GROUP BY model, phase
)
SELECT per_turn.*, per_run.* EXCLUDE (model, phase),
       CASE WHEN model = 'claude-3.5-sonnet' THEN (prompt_tokens * 3 + completion_tokens * 15) / 1e6 END AS total_cost_usd,
       total_cost_usd / runs_count AS avg_cost_per_run
FROM per_turn JOIN per_run USING (model, phase) ORDER BY model, phase
"""  # noqa: E501 - SQL
JUDGED_ELSEWHERE = ("half_life_restricted_mean", "half_life_restricted_se")


def by_duckdb(turns: Path) -> list[dict[str, object]]:
    with duckdb.connect() as connection:
        found = connection.execute(f"CREATE VIEW turns AS FROM read_parquet('{turns}')").execute(_INDEPENDENT)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def agree(value: object, wanted: object) -> bool:
    """Return whether two engines' figures are the same but for the last bits of their sums."""
    if isinstance(value, float) and isinstance(wanted, float):
        return math.isclose(value, wanted, rel_tol=1e-12)
    return value == wanted


def summary_of(lines: list[bytes]) -> WeeklySummary:
    with TemporaryDirectory() as folder:
        week = one_object(KEY, lines)
        (found,) = week.summary(week.curate(Path(folder)), models={MODEL.model_id: MODEL})
    return found


def row(**changed: object) -> WeeklySummary:
    """Return a row of one turn with some figures changed."""
    return replace(_ROW, **changed)


_ROW = summary_of([line()])


def test_every_figure_is_what_another_engine_makes_of_the_turns(tmp_path: Path) -> None:
    options = SampleOptions(weeks=(WEEK,), models=(PRICED, "gpt-4-turbo", "unregistered"), runs=8, bad_lines=0.02)
    objects = {each.key: each.body for each in generate(options, prices={}) if RawKey.matches(each.key)}
    week = MemoryWeek(objects)
    curated = week.curate(tmp_path)
    summary = week.summary(curated, models=MODELS)
    expected = by_duckdb(curated.path(CuratedFile.TURNS))
    assert len(expected) == len(summary) == 3 * 4
    assert any(found.degraded_runs for found in summary)
    for found, wanted in zip(summary, expected, strict=True):
        figures = asdict(found)
        changes = {name: figures.pop(name) for name in ("wow_half_life_change", "wow_compliance_change")}
        assert changes == {"wow_half_life_change": None, "wow_compliance_change": None}
        assert (figures.pop("week"), len(figures.pop("generated_from"))) == ("2025-W45", 64)
        # lifelines judges these, in the tests of survival.
        assert all(figures.pop(name) is not None for name in JUDGED_ELSEWHERE)
        assert figures.keys() == wanted.keys()
        assert all(agree(value, wanted[name]) for name, value in figures.items()), (figures, wanted)


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [(6.0, 4.0, 0.5), (2.0, 4.0, -0.5), (4.0, 4.0, 0.0), (None, 4.0, None), (4.0, None, None), (4.0, 0.0, None)],
)
def test_a_change_is_relative_to_the_week_before_and_null_without_one(
    now: float | None, before: float | None, change: float | None
) -> None:
    (found,) = with_changes([row(avg_half_life_turn=now)], [row(avg_half_life_turn=before)])
    assert found.wow_half_life_change == change


def test_a_cell_that_the_week_before_lacks_has_no_change() -> None:
    (found,) = with_changes([row()], [row(phase="P3")])
    assert (found.wow_half_life_change, found.wow_compliance_change) == (None, None)


def test_changes_depend_on_the_four_columns_of_the_digest_alone() -> None:
    before = [row(avg_half_life_turn=12.0), row(model="other")]
    digest = wow_input(before)
    assert wow_input(reversed(before)) == digest
    assert wow_input([replace(before[0], avg_score=1.0), before[1]]) == digest
    for changed in ({"avg_half_life_turn": 13.0}, {"avg_compliance_rate": 0.25}, {"model": "m"}, {"phase": "P0"}):
        assert wow_input([replace(before[0], **changed), before[1]]) != digest
    assert wow_input([]) != digest


@given(st.lists(st.floats(0, 10), min_size=1, max_size=40))
def test_means_do_not_depend_on_the_order_of_the_turns(scores: list[float]) -> None:
    def mean(values: list[float]) -> float:
        return summary_of([line(turn=turn, score=score) for turn, score in enumerate(values, 1)]).avg_score

    assert mean(scores) == mean(scores[::-1]) == math.fsum(scores) / len(scores)


def test_more_tokens_than_a_column_holds_keep_no_week_from_being_published() -> None:
    most = 2**63 - 1
    lines = [line(turn=turn, cost_tokens_prompt=most) for turn in (1, 2)]
    assert summary_of(lines).prompt_tokens == most
