"""One line of a raw object: a question, the model's reply and how it was scored."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from schemas.keys.grammar import Phase
from schemas.models.fields import (
    MAX_FEW,
    MAX_MANY,
    Count,
    Location,
    ModelId,
    Name,
    Points,
    Reference,
    RunId,
    RunTurn,
    Share,
    Temperature,
    Text,
    Timestamp,
    TurnNumber,
)

SlotValue = Annotated[str, Meta(max_length=200)]


class Violation(StrEnum):
    """The ways in which a reply breaks the Socratic contract."""

    LEADING_QUESTION = "leading_question"
    MULTI_QUESTION = "multi_question"
    ADVICE_LEAKAGE = "advice_leakage"
    CLOSED_QUESTION = "closed_question"
    LECTURING = "lecturing"
    OFF_TOPIC = "off_topic"
    META_VIOLATION = "meta_violation"


Violations = Annotated[list[Violation], Meta(max_length=MAX_FEW)]


class QuestionType(StrEnum):
    """The kinds of Socratic question."""

    DEFINITIONS = "definitions"
    ASSUMPTIONS = "assumptions"
    EVIDENCE = "evidence"
    IMPLICATIONS = "implications"
    ALTERNATIVES = "alternatives"
    META = "meta"


class RedactionStatus(StrEnum):
    """How much of a turn's text was redacted."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class HeuristicScores(Struct, frozen=True):
    """Scores by rules, computed for every turn."""

    form: Annotated[Points, Meta(description="Form of the question, 0-10.")]
    substance: Annotated[Points, Meta(description="Depth and relevance of the question, 0-10.")]
    purity: Annotated[Points, Meta(description="Freedom from advice and leading, 0-10.")]
    confidence: Annotated[Share, Meta(description="How sure the rules are, 0-1; a judge scores the unsure ones.")]
    score: Annotated[Points, Meta(description="Weighted score, 0-10: .2 form + .3 substance + .5 purity.")]
    violations: Annotated[Violations, Meta(description="Violations that the scorer found.")] = []


class JudgeScores(HeuristicScores, frozen=True, kw_only=True):
    """Scores by a judge model, where the heuristic was not confident enough."""

    rationale: Annotated[str, Meta(max_length=5_000, description="The judge's reasons.")]
    model_used: Annotated[Name, Meta(description="The judge model.")]


class CsdSubscores(Struct, frozen=True):
    """Subscores of context-sensitive depth, 0-10 each; phases P1 and up."""

    CR: Annotated[Points, Meta(description="Context responsiveness, weight .20.")]
    ST: Annotated[Points, Meta(description="Salience tracking, weight .20.")]
    RHD: Annotated[Points, Meta(description="Red-herring discipline, weight .15.")]
    AP: Annotated[Points, Meta(description="Adaptive probing, weight .15.")]
    NVT: Annotated[Points, Meta(description="Novelty against template, weight .10.")]
    TC: Annotated[Points, Meta(description="Thread continuity, weight .10.")]
    CH: Annotated[Points, Meta(description="Contradiction handling, weight .05.")]
    MA: Annotated[Points, Meta(description="Meta-adaptation, weight .05.")]
    overall: Annotated[Points, Meta(description="Weighted sum of the subscores.")]


class SalientRef(Struct, frozen=True):
    """A salient item of the context that the reply refers to."""

    item_id: Annotated[Name, Meta(description="The item.")]
    turn_origin: Annotated[TurnNumber, Meta(description="Turn that introduced the item, from 1.")]
    confidence: Annotated[Share, Meta(description="Confidence of the match, 0-1.")]
    surface_form: Annotated[str, Meta(max_length=500, description="The words that refer to it.")]


class DecoyMode(StrEnum):
    """What a reply did with a decoy."""

    ASSUMED = "assumed"
    TESTED = "tested"


class DecoyRef(Struct, frozen=True):
    """A planted decoy that the reply refers to."""

    item_id: Annotated[Name, Meta(description="The decoy.")]
    mode: Annotated[DecoyMode, Meta(description="Whether the reply assumed or tested it.")]


class TemplateMatch(Struct, frozen=True):
    """How close the reply is to a stock question."""

    matched: Annotated[bool, Meta(description="Whether a stock question was recognised.")]
    similarity_score: Annotated[Share, Meta(description="Similarity to the nearest stock question, 0-1.")]
    template_id: Annotated[Name | None, Meta(description="The stock question.")] = None


class ThreadLink(Struct, frozen=True):
    """The earlier words of the user that the reply picks up."""

    user_turn: Annotated[TurnNumber, Meta(description="The user's turn, from 1.")]
    span_id: Annotated[Name, Meta(description="The span within that turn.")]


class Contradiction(Struct, frozen=True):
    """A statement of the user that contradicts an earlier one."""

    slot: Annotated[Name, Meta(description="What the statements are about.")]
    prev_value: Annotated[SlotValue, Meta(description="The earlier statement.")]
    new_value: Annotated[SlotValue, Meta(description="The later statement.")]
    detected_at_turn: Annotated[TurnNumber, Meta(description="Turn at which it was detected, from 1.")]


class Turn(Struct, frozen=True, kw_only=True):
    """One turn of a benchmark run: a line of `raw/dt=…/model=…/phase=…/<run_id>.jsonl`."""

    run_id: Annotated[RunId, Meta(description="The run, a ULID.")]
    turn: Annotated[RunTurn, Meta(description="Number of the turn in its run, from 1.")]
    phase: Annotated[Phase, Meta(description="Context pressure, P0 to P3.")]
    model: Annotated[ModelId, Meta(description="Registry id of the model under test.")]
    system_prompt_version: Annotated[Reference, Meta(description="System prompt, long artifact reference.")]
    rubric_version: Annotated[Reference, Meta(description="Rubric, long artifact reference.")]
    seed_id: Annotated[Name, Meta(description="Seed of the conversation.")]
    temperature: Annotated[Temperature, Meta(description="Sampling temperature, 0-2.")]
    window_tokens: Annotated[Count, Meta(description="Tokens in the context window at this turn.")]
    user_text: Annotated[Text, Meta(description="What the user said.")]
    assistant_text: Annotated[Text, Meta(description="What the model replied.")]
    heuristic: Annotated[HeuristicScores, Meta(description="Scores by rules.")]
    judge: Annotated[
        JudgeScores | None, Meta(description="Scores by a judge; null where the rules were confident.")
    ] = None
    salient_refs: Annotated[
        list[SalientRef], Meta(max_length=MAX_MANY, description="Salient items referred to.")
    ] = []
    decoy_refs: Annotated[list[DecoyRef], Meta(max_length=MAX_MANY, description="Decoys referred to.")] = []
    question_type: Annotated[QuestionType | None, Meta(description="Kind of question asked.")] = None
    template_match: Annotated[TemplateMatch | None, Meta(description="Closeness to a stock question.")] = None
    thread_link: Annotated[ThreadLink | None, Meta(description="Earlier words picked up.")] = None
    contradictions_detected: Annotated[
        list[Contradiction], Meta(max_length=MAX_MANY, description="Contradictions of the user.")
    ] = []
    csd_subscores: Annotated[CsdSubscores | None, Meta(description="Context-sensitive depth, phases P1 and up.")] = (
        None
    )
    score: Annotated[Points, Meta(description="Final score of the turn, 0-10, as its producer computed it.")]
    violations: Annotated[Violations, Meta(description="Violations counted for the turn.")] = []
    cost_tokens_prompt: Annotated[Count, Meta(description="Prompt tokens billed.")]
    cost_tokens_completion: Annotated[Count, Meta(description="Completion tokens billed.")]
    timestamp: Annotated[Timestamp, Meta(description="Time of the turn; ISO 8601, UTC where no zone is given.")]
    redaction_status: Annotated[RedactionStatus, Meta(description="How much text was redacted.")] = (
        RedactionStatus.NONE
    )
    pii_detected: Annotated[bool, Meta(description="Whether personal data was found.")] = False
    s3_full_payload: Annotated[Location | None, Meta(description="Where the full payload lies, if not here.")] = None
