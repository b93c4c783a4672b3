"""The summary that a producer writes beside a run, computed from the run's turns."""

import math
from collections.abc import Sequence

from lake.scoring import RunStatistics, compliance_rate, half_life_turn
from ops.sample.formulas import percentile
from ops.sample.plan import CODE_IMAGE, RunPlan
from ops.sample.references import CONTRADICTS_EVERY, planted_items
from schemas.models import ModelConfig, RunSummary, TokenCostEstimate, Turn, Violation
from schemas.models.turn import DecoyMode

_MILLION = 1_000_000


def summarize(plan: RunPlan, turns: Sequence[Turn], price: ModelConfig | None) -> RunSummary:
    """Return the summary of a run; without a price of its model there is no cost estimate."""
    statistics = RunStatistics()
    for turn in turns:
        statistics.add(turn)
    scores = list(statistics.scores.values())
    depths = [turn.csd_subscores.overall for turn in turns if turn.csd_subscores]
    return RunSummary(
        run_id=plan.key.run_id,
        model=plan.model,
        phase=plan.phase,
        manifest_id=plan.manifest_id,
        seed_id=plan.seed_id,
        temperature=plan.temperature,
        half_life_turn=half_life_turn(statistics.scores),
        total_turns=len(turns),
        compliance_rate=compliance_rate(statistics.scores),
        leading_rate=_rate(statistics, Violation.LEADING_QUESTION),
        advice_leak_rate=_rate(statistics, Violation.ADVICE_LEAKAGE),
        multi_question_rate=_rate(statistics, Violation.MULTI_QUESTION),
        csd_mean=_mean(depths),
        csd_p05=percentile(depths, 0.05) if depths else None,
        salience_recall_at_k=_salience_recall(turns),
        decoy_leak_rate=_mean([ref.mode is DecoyMode.ASSUMED for turn in turns for ref in turn.decoy_refs]),
        contradiction_catch_rate=_mean(
            [bool(turn.contradictions_detected) for turn in turns if turn.turn % CONTRADICTS_EVERY == 0]
        ),
        thread_depth_avg=_mean([turn.turn - turn.thread_link.user_turn for turn in turns if turn.thread_link]),
        mean_score=statistics.mean_score,
        p05_score=percentile(scores, 0.05),
        p50_score=percentile(scores, 0.5),
        p95_score=percentile(scores, 0.95),
        token_cost_estimate=_cost(statistics, price) if price else None,
        started_at=statistics.first_turn_at,
        completed_at=statistics.last_turn_at,
        duration_seconds=(statistics.last_turn_at - statistics.first_turn_at).total_seconds(),
        code_image_sha=CODE_IMAGE,
    )


def _rate(statistics: RunStatistics, violation: Violation) -> float:
    return statistics.violation_counts[violation] / len(statistics.scores)


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _salience_recall(turns: Sequence[Turn]) -> float:
    """Return the share of the items planted so far that the run ever refers to."""
    return len({ref.item_id for turn in turns for ref in turn.salient_refs}) / planted_items(turns[-1].turn)


def _cost(statistics: RunStatistics, price: ModelConfig) -> TokenCostEstimate:
    usd = (
        statistics.prompt_tokens * price.cost_per_1m_prompt
        + statistics.completion_tokens * price.cost_per_1m_completion
    ) / _MILLION
    return TokenCostEstimate(usd, statistics.prompt_tokens, statistics.completion_tokens)
