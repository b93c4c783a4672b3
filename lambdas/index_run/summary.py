"""Makes the item of the runs table from one raw object: validates its lines, and sums them up. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from typing import Final

from lake.lines import iter_lines
from lake.plain import plain_turns
from lake.records import Problem, RecordError
from lake.scoring import (
    RunStatistics,
    compliance_rate,
    first_of_each_turn,
    half_life_turn,
    read_turn,
)
from schemas.keys.grammar import KeyGrammarError
from schemas.keys.layout import RawKey
from schemas.keys.projection import Projection
from schemas.keys.weeks import Week
from schemas.models import Turn
from schemas.names import Metric
from schemas.run_index import Attribute, RunStatus, day_of, run_id_of

# A run has 200 turns at most. A million lines that are none must not use up the function's 15 minutes.
MAX_INVALID_LINES: Final = 1_000_000
UNREAD_LINES: Final = "unread_lines"
DECIMAL_PLACES: Final = 6

Value = str | int | Decimal | Mapping[str, int]
Item = dict[str, Value]


@dataclass(frozen=True)
class ObjectVersion:
    """A version of a raw object as S3 describes it; `sequencer` is None where it does not come from an event."""

    key: str
    version_id: str
    etag: str
    size_bytes: int
    sequencer: str | None = None


@dataclass(frozen=True)
class Surroundings:
    """What an item depends on besides its object: the registry's model ids, the projection and the aware time."""

    models: Collection[str]
    projection: Projection
    now: datetime


def run_item(version: ObjectVersion, chunks: Iterable[bytes], surroundings: Surroundings) -> Item:
    """Return the item of one raw object whose content comes in `chunks`; memory is bounded by one line.

    Whatever the object holds, there is an item: bad lines and bad keys end in its status and reasons.
    """
    item: Item = {
        Attribute.RUN_ID: run_id_of(version.key),
        Attribute.OBJECT_KEY: version.key,
        Attribute.DAY: day_of(version.key),
        Attribute.VERSION_ID: version.version_id,
        Attribute.ETAG: version.etag,
        Attribute.SIZE_BYTES: version.size_bytes,
        Attribute.INDEXED_AT: _text(surroundings.now),
    }
    if version.sequencer is not None:
        item[Attribute.SEQUENCER] = version.sequencer
    try:
        key = RawKey.parse(version.key)
    except KeyGrammarError as error:
        reasons = {RecordError.of_key(error).reason: 1}
        return item | _lines_attributes(RunStatistics(), reasons, invalid_lines=0)
    return item | _key_attributes(key, surroundings) | _content_attributes(key, chunks, version.size_bytes)


def _key_attributes(key: RawKey, surroundings: Surroundings) -> Item:
    week = str(Week.of(key.dt))
    return {
        Attribute.DT: str(key.dt),
        Attribute.WEEK: week,
        Attribute.MODEL: key.model,
        Attribute.PHASE: str(key.phase),
        Attribute.WEEK_PHASE: f"{week}#{key.phase}",
        Attribute.REGISTERED_MODEL: key.model in surroundings.models,
        Attribute.PROJECTED: surroundings.projection.covers(key.dt, today=surroundings.now.date()),
    }


def _content_attributes(key: RawKey, chunks: Iterable[bytes], size: int) -> Item:
    statistics = RunStatistics()
    reasons: Counter[str] = Counter()
    for turn in first_of_each_turn(_valid_turns(key, chunks, size, reasons)):
        statistics.add(turn)
    invalid_lines = reasons.total()
    if invalid_lines == MAX_INVALID_LINES:
        reasons[UNREAD_LINES] = 1
    if not statistics.scores and not invalid_lines:
        reasons[Problem.EMPTY_OBJECT] = 1
    return _lines_attributes(statistics, reasons, invalid_lines=invalid_lines)


def _valid_turns(key: RawKey, chunks: Iterable[bytes], size: int, reasons: Counter[str]) -> Iterator[Turn]:
    rest = iter(chunks)
    begin = next(rest, b"")
    # Nearly every object comes in one chunk, and has nothing unusual in it.
    if len(begin) == size and (turns := plain_turns(begin, key)):
        yield from turns
        return
    for _, line in iter_lines(chain([begin], rest)):
        try:
            yield read_turn(line, key)
        except RecordError as error:
            reasons[error.reason] += 1
            if reasons.total() == MAX_INVALID_LINES:
                return


def _lines_attributes(statistics: RunStatistics, reasons: Mapping[str, int], *, invalid_lines: int) -> Item:
    item: Item = {
        Attribute.STATUS: _status(statistics, reasons),
        Attribute.TURN_COUNT: len(statistics.scores),
        Attribute.INVALID_LINES: invalid_lines,
        Attribute.INVALID_REASONS: dict(reasons),
        Attribute.VIOLATION_COUNTS: {str(kind): n for kind, n in statistics.violation_counts.items()},
        Attribute.PROMPT_TOKENS: statistics.prompt_tokens,
        Attribute.COMPLETION_TOKENS: statistics.completion_tokens,
    }
    if statistics.scores:
        item[Attribute.MEAN_SCORE] = _decimal(statistics.mean_score)
        item[Attribute.COMPLIANCE_RATE] = _decimal(compliance_rate(statistics.scores))
        item[Attribute.FIRST_TURN_AT] = _text(statistics.first_turn_at)
        item[Attribute.LAST_TURN_AT] = _text(statistics.last_turn_at)
        if (half_life := half_life_turn(statistics.scores)) is not None:
            item[Attribute.HALF_LIFE_TURN] = half_life
    return item


def _status(statistics: RunStatistics, reasons: Mapping[str, int]) -> RunStatus:
    if not statistics.scores:
        return RunStatus.INVALID
    return RunStatus.PARTIAL if reasons else RunStatus.OK


def _decimal(value: float) -> Decimal:
    return round(Decimal(value), DECIMAL_PLACES)


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def item_metrics(item: Item) -> Counter[Metric]:
    """Return what one written item adds to each metric."""
    return Counter(
        {
            Metric.RUNS: 1,
            Metric.TURNS: item[Attribute.TURN_COUNT],
            Metric.INVALID_LINES: item[Attribute.INVALID_LINES],
            Metric.INVALID_RUNS: int(item[Attribute.STATUS] == RunStatus.INVALID),
            Metric.UNREGISTERED_MODELS: int(item.get(Attribute.REGISTERED_MODEL) is False),
            Metric.UNPROJECTED_RUNS: int(item.get(Attribute.PROJECTED) is False),
        }
    )
