"""The queries that analysts and operators find saved in Athena, in Athena's dialect.

The first four are the layout document's, word for word.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from schemas.keys.grammar import Phase


@dataclass(frozen=True, kw_only=True)
class Query:
    """A saved query; `parameters` name its `?` in their order, which is how Athena binds them.

    A parameter's value is a SQL literal, so text takes its quotes along: `'2025-W45'`.
    https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
    """

    name: str
    description: str
    sql: str
    parameters: tuple[str, ...] = ()


_WEEK: Final = ("week",)
_WEEK_EXPECTED: Final = "Its parameter is an ISO week, quoted: '2025-W45'."

LAYOUT_QUERIES: Final = (
    Query(
        name="half_life_trend",
        description="Mean half-life of each model by week, over the last 12 weeks.",
        sql="""\
SELECT week, model, AVG(half_life_turn) as avg_half_life
FROM runs
WHERE dt >= date_add('week', -12, current_date)
GROUP BY week, model
ORDER BY week DESC, avg_half_life DESC""",
    ),
    Query(
        name="violation_mix",
        description="Violations of each model by kind, on 2025-11-05.",
        sql="""\
SELECT model, violation, COUNT(*) as count
FROM turns
CROSS JOIN UNNEST(violations) AS t(violation)
WHERE dt = '2025-11-05'
GROUP BY model, violation""",
    ),
    Query(
        name="csd_subscores",
        description="Mean subscores of context-sensitive depth by model in phase P2, since 2025-11-01, for a radar.",
        sql="""\
SELECT model,
       AVG(csd_subscores.CR) as avg_CR,
       AVG(csd_subscores.ST) as avg_ST,
       AVG(csd_subscores.RHD) as avg_RHD,
       AVG(csd_subscores.AP) as avg_AP,
       AVG(csd_subscores.NVT) as avg_NVT,
       AVG(csd_subscores.TC) as avg_TC,
       AVG(csd_subscores.CH) as avg_CH,
       AVG(csd_subscores.MA) as avg_MA
FROM turns
WHERE dt >= '2025-11-01' AND phase = 'P2'
GROUP BY model""",
    ),
    Query(
        name="score_by_model",
        description="Mean score by model and phase, in October 2025.",
        sql="""\
SELECT model, phase, AVG(score) as avg_score
FROM turns
WHERE dt >= '2025-10-01' AND dt < '2025-11-01'
GROUP BY model, phase""",
    ),
)

_WORST_HALF_LIVES: Final = Query(
    name="worst_half_lives",
    description=f"The 20 runs of a week that broke down first. {_WEEK_EXPECTED}",
    sql="""\
SELECT run_id, dt, model, phase, half_life_turn, mean_score, compliance_rate
FROM runs
WHERE week = ? AND half_life_turn IS NOT NULL
ORDER BY half_life_turn, mean_score, run_id
LIMIT 20""",
    parameters=_WEEK,
)

# 1.96 standard errors on each side are the normal interval at 95 %.
HELD_OUT_LOW: Final = "half_life_restricted_mean - 1.96 * half_life_restricted_se"
HELD_OUT_HIGH: Final = "half_life_restricted_mean + 1.96 * half_life_restricted_se"
FEW_RUNS_NOTE: Final = "CASE WHEN runs_count < 3 THEN 'few runs' END"
HELD_OUT: Final = Query(
    name="turns_held_out",
    description="For how many turns each model held out in a week, every run up to the turns planned, with the "
    f"interval at 95 % and the number of runs. {_WEEK_EXPECTED}",
    sql=f"""\
SELECT model,
       phase,
       half_life_restricted_mean AS turns_held_out,
       {HELD_OUT_LOW} AS low,
       {HELD_OUT_HIGH} AS high,
       runs_count,
       degraded_runs,
       {FEW_RUNS_NOTE} AS note
FROM weekly_summary
WHERE week = ?
ORDER BY model, phase""",  # noqa: S608 (no value from outside)
    parameters=_WEEK,
)

_COST_BY_MODEL: Final = Query(
    name="cost_by_model",
    description=f"What each model's runs of a week cost, by their own estimates, in USD. {_WEEK_EXPECTED}",
    sql="""\
SELECT model,
       COUNT(*) AS runs_count,
       COUNT(*) - COUNT(token_cost_estimate.usd) AS runs_without_estimate,
       SUM(token_cost_estimate.usd) AS usd,
       AVG(token_cost_estimate.usd) AS usd_per_run
FROM runs
WHERE week = ?
GROUP BY model
ORDER BY usd DESC, model""",
    parameters=_WEEK,
)


def _rows(values: Collection[str]) -> str:
    # Neither a model id nor a phase can hold a quote.
    return ", ".join(f"('{value}')" for value in values)


def _coverage(models: Collection[str]) -> Query:
    """Return the query that counts runs a cell; the cells are literals, since a missing one has no row to count."""
    return Query(
        name="coverage",
        description=f"Runs of a week in every model and phase of the registry, the rarest first. {_WEEK_EXPECTED}",
        sql=f"""\
SELECT cells.model, cells.phase, COUNT(found.run_id) AS runs_count
FROM (
  SELECT m.model, p.phase
  FROM (VALUES {_rows(models)}) AS m (model)
  CROSS JOIN (VALUES {_rows(list(Phase))}) AS p (phase)
) AS cells
LEFT JOIN (
  SELECT run_id, model, phase FROM runs WHERE week = ?
) AS found
  ON found.model = cells.model AND found.phase = cells.phase
GROUP BY cells.model, cells.phase
ORDER BY runs_count, cells.model, cells.phase""",  # noqa: S608 (ids that a pattern restricts)
        parameters=_WEEK,
    )


def queries(models: Collection[str]) -> tuple[Query, ...]:
    """Return every saved query; `models` are the registry's ids, each a row of coverage even without a run."""
    return (*LAYOUT_QUERIES, HELD_OUT, _WORST_HALF_LIVES, _coverage(models), _COST_BY_MODEL)
