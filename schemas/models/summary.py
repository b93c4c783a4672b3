"""Summaries: of one run, as its producer wrote it, and of one week, as curation computes it."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from schemas.keys.grammar import Phase
from schemas.models.fields import (
    Count,
    Dollars,
    ManifestId,
    ModelId,
    Name,
    NonNegative,
    Points,
    RunId,
    RunTurn,
    Share,
    Timestamp,
    TurnNumber,
)
from schemas.models.turn import Violation


class TokenCostEstimate(Struct, frozen=True):
    """What a run's tokens cost."""

    usd: Annotated[Dollars, Meta(description="US dollars.")]
    prompt_tokens: Annotated[Count | None, Meta(description="Prompt tokens.")] = None
    completion_tokens: Annotated[Count | None, Meta(description="Completion tokens.")] = None


class RunSummary(Struct, frozen=True):
    """Summary of one run, one line of JSON: `scores/dt=…/<run_id>_summary.json`."""

    run_id: Annotated[RunId, Meta(description="The run, a ULID.")]
    model: Annotated[ModelId, Meta(description="Registry id of the model under test.")]
    phase: Annotated[Phase, Meta(description="Context pressure, P0 to P3.")]
    manifest_id: Annotated[ManifestId, Meta(description="Manifest of what the run was made of.")]
    seed_id: Annotated[Name | None, Meta(description="Seed of the conversation.")] = None
    temperature: Annotated[float | None, Meta(description="Sampling temperature.")] = None
    half_life_turn: Annotated[
        TurnNumber | None, Meta(description="First turn whose 3-turn mean is under 8; null if none.")
    ] = None
    total_turns: Annotated[Count | None, Meta(description="Turns in the run.")] = None
    compliance_rate: Annotated[Share | None, Meta(description="Share of turns that score 8 or more.")] = None
    leading_rate: Annotated[Share | None, Meta(description="Share of turns with a leading question.")] = None
    advice_leak_rate: Annotated[Share | None, Meta(description="Share of turns that leak advice.")] = None
    multi_question_rate: Annotated[Share | None, Meta(description="Share of turns with several questions.")] = None
    csd_mean: Annotated[Points | None, Meta(description="Mean context-sensitive depth, 0-10.")] = None
    csd_p05: Annotated[Points | None, Meta(description="5th percentile of it, 0-10.")] = None
    salience_recall_at_k: Annotated[Share | None, Meta(description="Recall of salient items, 0-1.")] = None
    decoy_leak_rate: Annotated[Share | None, Meta(description="Share of decoys assumed.")] = None
    contradiction_catch_rate: Annotated[Share | None, Meta(description="Share of contradictions caught.")] = None
    meta_cadence_adherence: Annotated[Share | None, Meta(description="Adherence to the meta cadence, 0-1.")] = None
    thread_depth_avg: Annotated[NonNegative | None, Meta(description="Mean depth of threads, in turns.")] = None
    mean_score: Annotated[Points | None, Meta(description="Mean score, 0-10.")] = None
    p05_score: Annotated[Points | None, Meta(description="5th percentile of the score.")] = None
    p50_score: Annotated[Points | None, Meta(description="Median score.")] = None
    p95_score: Annotated[Points | None, Meta(description="95th percentile of the score.")] = None
    token_cost_estimate: Annotated[TokenCostEstimate | None, Meta(description="Cost of the run.")] = None
    started_at: Annotated[Timestamp | None, Meta(description="Start, ISO 8601.")] = None
    completed_at: Annotated[Timestamp | None, Meta(description="End, ISO 8601.")] = None
    duration_seconds: Annotated[NonNegative | None, Meta(description="Duration in seconds.")] = None
    code_image_sha: Annotated[Name | None, Meta(description="Image of the code that ran it.")] = None


class CuratedRun(Struct, frozen=True, kw_only=True):
    """One run as curation counts it: a row of `curated/week=…/runs.parquet`."""

    model: Annotated[ModelId, Meta(description="Registry id of the model under test.")]
    phase: Annotated[Phase, Meta(description="Context pressure, P0 to P3.")]
    run_id: Annotated[RunId, Meta(description="The run, a ULID.")]
    seed_id: Annotated[Name, Meta(description="Seed of the conversation, as its first turn names it.")]
    dt: Annotated[Name, Meta(description="Day of the run, YYYY-MM-DD, UTC.")]
    turns_count: Annotated[Count, Meta(description="Valid turns, each once.")]
    last_turn: Annotated[RunTurn, Meta(description="Greatest turn number.")]
    half_life_turn: Annotated[
        RunTurn | None, Meta(description="First turn whose 3-turn mean is under 8; null if none.")
    ] = None
    compliant_turns: Annotated[Count, Meta(description="Turns that score 8 or more.")]
    mean_score: Annotated[Points, Meta(description="Mean score of the turns, 0-10.")]
    prompt_tokens: Annotated[Count, Meta(description="Prompt tokens billed.")]
    completion_tokens: Annotated[Count, Meta(description="Completion tokens billed.")]
    source_key: Annotated[Name, Meta(description="Key of the raw object.")]


class WeeklySummary(Struct, frozen=True, kw_only=True):
    """One week of one model in one phase: a row of `curated/week=…/weekly_summary.parquet`."""

    week: Annotated[Name, Meta(description="ISO week, YYYY-WNN.")]
    model: Annotated[ModelId, Meta(description="Registry id of the model under test.")]
    phase: Annotated[Phase, Meta(description="Context pressure, P0 to P3.")]
    runs_count: Annotated[Count, Meta(description="Runs.")]
    turns_count: Annotated[Count, Meta(description="Turns.")]
    avg_score: Annotated[Points, Meta(description="Mean score of the turns, 0-10.")]
    avg_half_life_turn: Annotated[float | None, Meta(description="Mean half-life of the runs that have one.")] = None
    degraded_runs: Annotated[Count, Meta(description="Runs that have a half-life.")]
    avg_compliance_rate: Annotated[Share, Meta(description="Mean over runs of the share of turns scoring 8 or more.")]
    avg_csd_overall: Annotated[Points | None, Meta(description="Mean context-sensitive depth.")] = None
    avg_cr: Annotated[Points | None, Meta(description="Mean context responsiveness.")] = None
    avg_st: Annotated[Points | None, Meta(description="Mean salience tracking.")] = None
    avg_rhd: Annotated[Points | None, Meta(description="Mean red-herring discipline.")] = None
    avg_ap: Annotated[Points | None, Meta(description="Mean adaptive probing.")] = None
    avg_nvt: Annotated[Points | None, Meta(description="Mean novelty against template.")] = None
    avg_tc: Annotated[Points | None, Meta(description="Mean thread continuity.")] = None
    avg_ch: Annotated[Points | None, Meta(description="Mean contradiction handling.")] = None
    avg_ma: Annotated[Points | None, Meta(description="Mean meta-adaptation.")] = None
    leading_rate: Annotated[Share, Meta(description="Share of turns with leading_question.")]
    advice_leak_rate: Annotated[Share, Meta(description="Share of turns with advice_leakage.")]
    multi_question_rate: Annotated[Share, Meta(description="Share of turns with multi_question.")]
    closed_question_rate: Annotated[Share, Meta(description="Share of turns with closed_question.")]
    lecturing_rate: Annotated[Share, Meta(description="Share of turns with lecturing.")]
    off_topic_rate: Annotated[Share, Meta(description="Share of turns with off_topic.")]
    meta_violation_rate: Annotated[Share, Meta(description="Share of turns with meta_violation.")]
    prompt_tokens: Annotated[Count, Meta(description="Prompt tokens billed.")]
    completion_tokens: Annotated[Count, Meta(description="Completion tokens billed.")]
    total_cost_usd: Annotated[
        Dollars | None, Meta(description="Tokens at the registry's prices; null for an unregistered model.")
    ] = None
    avg_cost_per_run: Annotated[Dollars | None, Meta(description="total_cost_usd over runs_count.")] = None
    wow_half_life_change: Annotated[
        float | None, Meta(description="Relative change of avg_half_life_turn against the week before.")
    ] = None
    wow_compliance_change: Annotated[
        float | None, Meta(description="Relative change of avg_compliance_rate against the week before.")
    ] = None
    generated_from: Annotated[Name, Meta(description="SHA-256 over everything the week was computed from.")]
    half_life_restricted_mean: Annotated[
        NonNegative | None, Meta(description="Mean turns before the break, up to the turns planned (Kaplan-Meier).")
    ] = None
    half_life_restricted_se: Annotated[
        NonNegative | None, Meta(description="Standard error of it; null for one run.")
    ] = None
    compliance_rate_se: Annotated[
        NonNegative | None, Meta(description="Standard error of avg_compliance_rate; null for one run.")
    ] = None


# The column that holds the share of turns with each violation.
VIOLATION_RATES: Final = {
    Violation.LEADING_QUESTION: "leading_rate",
    Violation.ADVICE_LEAKAGE: "advice_leak_rate",
    Violation.MULTI_QUESTION: "multi_question_rate",
    Violation.CLOSED_QUESTION: "closed_question_rate",
    Violation.LECTURING: "lecturing_rate",
    Violation.OFF_TOPIC: "off_topic_rate",
    Violation.META_VIOLATION: "meta_violation_rate",
}
