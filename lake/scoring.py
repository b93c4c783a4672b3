"""What the lake makes of a raw object's lines: validation, deduplication, half-life, compliance. Pure, shared."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec

from lake.lines import MAX_LINE_BYTES
from schemas.keys.layout import RawKey
from schemas.models import Turn, Violation

COMPLIANT_SCORE: Final = 8.0

_decode = msgspec.json.Decoder(Turn).decode
# Greedy, so that a value quoted in the message cannot pass for the path.
_AT_PATH: Final = re.compile(r"(?P<problem>.*) - at `\$\.?(?P<path>[^`]*)`", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(.*)`")
_START_OF_TIME: Final = datetime.min.replace(tzinfo=UTC)
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
_INDEX: Final = re.compile(r"\[[0-9]+\]")


class LineProblem(StrEnum):
    """Why a line is no turn; a reason is one of these, with the field where there is one (`invalid_value:score`)."""

    OVERSIZED = "oversized"
    NOT_UTF8 = "not_utf8"
    MALFORMED = "malformed"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    INVALID_VALUE = "invalid_value"
    KEY_MISMATCH = "key_mismatch"


class LineError(ValueError):
    """A line that is no turn. `reason` comes from a finite set and can be counted; the message adds the detail."""

    def __init__(self, problem: LineProblem, detail: str, path: str = "") -> None:
        """Say what is wrong, and in which field: a dotted path, list indices left out."""
        self.reason: Final = f"{problem}:{path}" if path else str(problem)
        super().__init__(f"{self.reason}: {detail}")


def read_turn(line: bytes, key: RawKey) -> Turn:
    """Return the turn of one line of the object at `key`; raise `LineError` with a reason."""
    if len(line) > MAX_LINE_BYTES:
        raise LineError(LineProblem.OVERSIZED, f"more than {MAX_LINE_BYTES} bytes")
    try:
        if not line.isascii():
            # msgspec leaves fields that it ignores undecoded.
            line.decode()
        turn = _decode(line)
        utc(turn.timestamp)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except UnicodeDecodeError as error:
        raise LineError(LineProblem.NOT_UTF8, str(error)) from None
    except OverflowError:
        raise LineError(LineProblem.INVALID_VALUE, "outside years 1 to 9999 in UTC", "timestamp") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise LineError(LineProblem.MALFORMED, str(error)) from None
    for name in ("model", "phase", "run_id"):
        if getattr(turn, name) != getattr(key, name):
            raise LineError(LineProblem.KEY_MISMATCH, f"{name} '{getattr(turn, name)}' in the line")
    return turn


def _invalid(message: str) -> LineError:
    match = _AT_PATH.fullmatch(message)
    problem, path = (match["problem"], _INDEX.sub("[]", match["path"])) if match else (message, "")
    if missing := _MISSING.match(problem):
        return LineError(LineProblem.MISSING_FIELD, problem, f"{path}.{missing[1]}".removeprefix("."))
    if problem.startswith("Expected") and ", got `" in problem:
        return LineError(LineProblem.WRONG_TYPE, problem, path)
    return LineError(LineProblem.INVALID_VALUE, problem, path)


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
