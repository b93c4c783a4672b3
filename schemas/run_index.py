"""The run index: every attribute of an item of the runs table, and the values of its status.

`object_key` is the decoded S3 key. An item whose key does not parse has no `dt`, `week`, `model`, `phase` and
`week_phase`, and so stays out of the secondary indexes but `DayIndex`, which has every item.
"""

import hashlib
from enum import StrEnum
from functools import lru_cache
from typing import Final

from schemas.keys.grammar import KeyGrammarError
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week


class Attribute(StrEnum):
    """The attributes of an item, as DynamoDB knows them."""

    RUN_ID = "run_id"
    OBJECT_KEY = "object_key"
    DT = "dt"
    DAY = "day"
    """The same day, or `DAY_OF_BAD_KEYS`."""
    WEEK = "week"
    MODEL = "model"
    PHASE = "phase"
    WEEK_PHASE = "week_phase"
    VERSION_ID = "version_id"
    ETAG = "etag"
    SIZE_BYTES = "size_bytes"
    SEQUENCER = "sequencer"
    INDEXED_AT = "indexed_at"
    STATUS = "status"
    TURN_COUNT = "turn_count"
    INVALID_LINES = "invalid_lines"
    INVALID_REASONS = "invalid_reasons"
    MEAN_SCORE = "mean_score"
    COMPLIANCE_RATE = "compliance_rate"
    HALF_LIFE_TURN = "half_life_turn"
    VIOLATION_COUNTS = "violation_counts"
    PROMPT_TOKENS = "prompt_tokens"
    COMPLETION_TOKENS = "completion_tokens"
    FIRST_TURN_AT = "first_turn_at"
    LAST_TURN_AT = "last_turn_at"
    # Whether the model stands in the packed registry.
    REGISTERED_MODEL = "registered_model"
    # Whether dt and week lie inside the projected ranges.
    PROJECTED = "projected"


class RunStatus(StrEnum):
    """What became of an object: every line good, some lines bad, or not one good line (or a bad key)."""

    OK = "ok"
    PARTIAL = "partial"
    INVALID = "invalid"


# The index that has every item, by day and key.
DAY_INDEX: Final = "DayIndex"
# The day of items whose key does not parse.
DAY_OF_BAD_KEYS: Final = "!"

# What the secondary indexes for queries carry beside their own keys.
QUERY_PROJECTION: Final = (
    Attribute.STATUS,
    Attribute.TURN_COUNT,
    Attribute.MEAN_SCORE,
    Attribute.COMPLIANCE_RATE,
    Attribute.HALF_LIFE_TURN,
)
# What `DayIndex` carries: which version an item describes.
VERSION_PROJECTION: Final = (Attribute.VERSION_ID, Attribute.ETAG)


def run_id_of(key: str) -> str:
    """Return the partition key of an object's item, whether or not its key is in the grammar."""
    parsed = _parsed(key)
    return parsed.run_id if parsed else "!" + hashlib.sha256(key.encode()).hexdigest()[:25]


def day_of(key: str) -> str:
    """Return the partition key of an object's item in `DayIndex`."""
    parsed = _parsed(key)
    return str(parsed.dt) if parsed else DAY_OF_BAD_KEYS


def week_of(key: str) -> Week | None:
    """Return the week of an object, None where its key is not in the grammar and so belongs to none."""
    parsed = _parsed(key)
    return Week.of(parsed.dt) if parsed else None


# They are mostly asked of the same key, one after the other.
@lru_cache(maxsize=64)
def _parsed(key: str) -> RawKey | None:
    try:
        return RawKey.parse(key)
    except KeyGrammarError:
        return None
