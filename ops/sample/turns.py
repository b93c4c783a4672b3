"""The turns of a run: texts, scores, and what the scorers found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ops.sample.formulas import CSD_WEIGHTS, base_score, csd_overall, final_score
from ops.sample.plan import RUBRIC, SYSTEM_PROMPT, RunPlan
from ops.sample.prose import prose, sentences
from ops.sample.quality import PRESSURES, skill_of
from ops.sample.references import contradictions, decoy_refs, salient_refs, template_match, thread_link
from schemas.keys.grammar import Phase
from schemas.models import CsdSubscores, HeuristicScores, JudgeScores, QuestionType, Turn, Violation

JUDGE_MODEL: Final = "claude-3-opus"
_JUDGED_BELOW: Final = 0.6
_FLAWLESS: Final = 9.6
_VIOLATIONS: Final = tuple(Violation)
_QUESTION_TYPES: Final = tuple(QuestionType)
_CHARACTERS_A_TOKEN: Final = 4
_SYSTEM_TOKENS: Final = 600

Random = Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class _Exchange:
    """What happened at one turn, before it is scored."""

    number: int
    quality: float
    violations: list[Violation]
    user_text: str
    assistant_text: str
    window_tokens: int
    at: datetime


def make_turns(plan: RunPlan) -> Iterator[Turn]:
    """Yield the turns of a run in order; they use up the plan's random numbers."""
    random = plan.random.random
    skill, pressure = skill_of(plan.model, plan.week), PRESSURES[plan.phase]
    # Noise of the phase fills the context by the run's end.
    noise = (pressure.context_tokens - _SYSTEM_TOKENS) // plan.turns
    window, at = _SYSTEM_TOKENS, plan.started_at
    for number in range(1, plan.turns + 1):
        quality = skill.at(number, plan.phase) + 0.8 * (random() - 0.5)
        violations = _violations(random, quality)
        user_text = " ".join(sentences(random, prose().statements, pressure.user_sentences + int(random() * 8)))
        assistant_text = _reply(random, violations)
        window += noise + len(user_text) // _CHARACTERS_A_TOKEN
        yield _scored(
            plan,
            _Exchange(
                number=number,
                quality=quality,
                violations=violations,
                user_text=user_text,
                assistant_text=assistant_text,
                window_tokens=window,
                at=at,
            ),
        )
        window += len(assistant_text) // _CHARACTERS_A_TOKEN
        at += timedelta(milliseconds=5_000 + int(random() * 55_000))


def _violations(random: Random, quality: float) -> list[Violation]:
    """Return none for most good replies, and up to two of the worse ones' faults, the first kinds more often."""
    found: list[Violation] = []
    for _ in range(2):
        if random() * 9 < _FLAWLESS - quality:
            kind = _VIOLATIONS[int(random() * random() * len(_VIOLATIONS))]
            if kind not in found:
                found.append(kind)
    return found


def _reply(random: Random, violations: list[Violation]) -> str:
    pools = prose()
    lecture = 3 if Violation.LECTURING in violations else 0
    said = sentences(random, pools.statements, 1 + lecture + int(random() * 10))
    if Violation.ADVICE_LEAKAGE in violations:
        said += sentences(random, pools.advice, 1)
    if Violation.LEADING_QUESTION in violations:
        said += sentences(random, pools.leading, 1)
    said += sentences(random, pools.questions, 2 if Violation.MULTI_QUESTION in violations else 1)
    return " ".join(said)


def _points(random: Random, expected: float, spread: float = 1.0) -> float:
    """Return a score near the expected one, with one decimal, within 0-10."""
    return round(min(10.0, max(0.0, expected + spread * (random() - 0.5))), 1)


def _heuristic(random: Random, exchange: _Exchange) -> HeuristicScores:
    quality = exchange.quality
    form, substance = _points(random, quality + 0.3), _points(random, quality)
    purity = _points(random, quality + 0.2 - 0.3 * len(exchange.violations))
    score = base_score(form, substance, purity)
    return HeuristicScores(form, substance, purity, round(random(), 2), score, exchange.violations)


def _judge(random: Random, exchange: _Exchange) -> JudgeScores:
    quality = exchange.quality
    form, substance, purity = _points(random, quality), _points(random, quality), _points(random, quality)
    return JudgeScores(
        form=form,
        substance=substance,
        purity=purity,
        confidence=round(0.7 + 0.3 * random(), 2),
        score=base_score(form, substance, purity),
        violations=exchange.violations,
        rationale=" ".join(sentences(random, prose().reasons, 2 + int(random() * 3))),
        model_used=JUDGE_MODEL,
    )


def _csd(random: Random, quality: float) -> CsdSubscores:
    subscores = {name: _points(random, quality, 2.0) for name in CSD_WEIGHTS}
    return CsdSubscores(**subscores, overall=csd_overall(subscores))


def _scored(plan: RunPlan, exchange: _Exchange) -> Turn:
    random, quality, number = plan.random.random, exchange.quality, exchange.number
    heuristic = _heuristic(random, exchange)
    judge = _judge(random, exchange) if heuristic.confidence < _JUDGED_BELOW else None
    csd = None if plan.phase is Phase.P0 else _csd(random, quality)
    return Turn(
        run_id=plan.key.run_id,
        turn=number,
        phase=plan.phase,
        model=plan.model,
        system_prompt_version=SYSTEM_PROMPT,
        rubric_version=RUBRIC,
        seed_id=plan.seed_id,
        temperature=plan.temperature,
        window_tokens=exchange.window_tokens,
        user_text=exchange.user_text,
        assistant_text=exchange.assistant_text,
        heuristic=heuristic,
        judge=judge,
        salient_refs=salient_refs(random, number, quality),
        decoy_refs=decoy_refs(random, plan.phase, quality),
        question_type=_QUESTION_TYPES[int(random() * len(_QUESTION_TYPES))],
        template_match=template_match(random),
        thread_link=thread_link(random, number),
        contradictions_detected=contradictions(random, number, quality),
        csd_subscores=csd,
        score=final_score((judge or heuristic).score, csd.overall if csd else None),
        violations=exchange.violations,
        cost_tokens_prompt=exchange.window_tokens,
        cost_tokens_completion=len(exchange.assistant_text) // _CHARACTERS_A_TOKEN + 8,
        timestamp=exchange.at,
    )
