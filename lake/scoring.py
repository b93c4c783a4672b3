"""Validates the turns of a run, drops duplicates, and computes half-life, compliance and the figures of the index."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec

from lake.records import Problem, RecordError, read_record
from schemas.keys.layout import RawKey
from schemas.models import Turn, Violation

COMPLIANT_SCORE: Final = 8.0

_decode = msgspec.json.Decoder(Turn).decode
_START_OF_TIME: Final = datetime.min.replace(tzinfo=UTC)
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)


def read_turn(line: bytes, key: RawKey) -> Turn:
    """Return the turn of one line of the object at `key`; raise `RecordError` with a reason."""
    turn = read_record(line, _decode)
    try:
        utc(turn.timestamp)
    except OverflowError:
        raise RecordError(Problem.INVALID_VALUE, "outside years 1 to 9999 in UTC", "timestamp") from None
    for name in ("model", "phase", "run_id"):
        if getattr(turn, name) != getattr(key, name):
            raise RecordError(Problem.KEY_MISMATCH, f"{name} '{getattr(turn, name)}' in the line")
    return turn


def utc(timestamp: datetime) -> datetime:
    """Return the time in UTC, which a time without a zone is in already; raise OverflowError beyond year 9999."""
    return timestamp.replace(tzinfo=UTC) if timestamp.tzinfo is None else timestamp.astimezone(UTC)


def first_of_each_turn(turns: Iterable[Turn]) -> Iterator[Turn]:
    """Yield the turns of one object without later ones of the same number: the first valid line of a turn wins."""
    seen: set[int] = set()
    for turn in turns:
        if turn.turn not in seen:
            seen.add(turn.turn)
            yield turn


def compliance_rate(scores: Mapping[int, float]) -> float:
    """Return the share of turns that score `COMPLIANT_SCORE` or more; `scores` maps turn numbers, not empty."""
    return sum(score >= COMPLIANT_SCORE for score in scores.values()) / len(scores)


def half_life_turn(scores: Mapping[int, float]) -> int | None:
    """Return the first turn whose mean with the two before it is under `COMPLIANT_SCORE`, all three present."""
    for turn in sorted(scores):
        try:
            window = scores[turn - 2], scores[turn - 1], scores[turn]
        except KeyError:
            continue
        if math.fsum(window) / len(window) < COMPLIANT_SCORE:
            return turn
    return None


@dataclass
class RunStatistics:
    """Figures of one run's deduplicated turns, which are added one by one and not kept."""

    scores: dict[int, float] = field(default_factory=dict)
    violation_counts: Counter[Violation] = field(default_factory=Counter)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    first_turn_at: datetime = _END_OF_TIME
    last_turn_at: datetime = _START_OF_TIME

    def add(self, turn: Turn) -> None:
        """Take one turn in; a violation counts once a turn, so that counts over turns are shares of turns."""
        self.scores[turn.turn] = turn.score
        self.violation_counts.update(set(turn.violations))
        self.prompt_tokens += turn.cost_tokens_prompt
        self.completion_tokens += turn.cost_tokens_completion
        at = utc(turn.timestamp)
        self.first_turn_at = min(self.first_turn_at, at)
        self.last_turn_at = max(self.last_turn_at, at)

    @property
    def mean_score(self) -> float:
        """The mean score of the turns, in points; there must be one."""
        return math.fsum(self.scores.values()) / len(self.scores)
