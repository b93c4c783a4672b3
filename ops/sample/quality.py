"""How well a model does: it starts with its skill and loses quality turn by turn, faster under more pressure."""

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Final

from schemas.keys.grammar import Phase
from schemas.keys.weeks import Week


@dataclass(frozen=True, kw_only=True)
class Pressure:
    """What a phase does to a run: how much faster quality falls, and how much context it brings."""

    decay_factor: float
    context_tokens: int
    user_sentences: int
    decoys: int


PRESSURES: Final[dict[Phase, Pressure]] = {
    Phase.P0: Pressure(decay_factor=0.25, context_tokens=2_000, user_sentences=2, decoys=0),
    Phase.P1: Pressure(decay_factor=0.7, context_tokens=8_000, user_sentences=6, decoys=0),
    Phase.P2: Pressure(decay_factor=1.2, context_tokens=32_000, user_sentences=9, decoys=2),
    Phase.P3: Pressure(decay_factor=2.0, context_tokens=128_000, user_sentences=12, decoys=4),
}


def share_of(text: str) -> float:
    """Return a number in [0, 1) that the text alone decides."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32


@dataclass(frozen=True, kw_only=True)
class Skill:
    """What a model is worth at the first turn, in points, and what it loses each turn without pressure."""

    start: float
    decay: float

    def at(self, turn: int, phase: Phase) -> float:
        """Return the expected score of a turn, in points."""
        return max(1.0, self.start - self.decay * PRESSURES[phase].decay_factor * (turn - 1))


@cache
def skill_of(model: str, week: Week) -> Skill:
    """Return the skill of a model, which drifts a little from week to week."""
    drift = 0.3 * (share_of(f"{model} {week}") - 0.5)
    return Skill(start=8.9 + 0.7 * share_of(f"{model} start") + drift, decay=0.02 + 0.05 * share_of(f"{model} decay"))
