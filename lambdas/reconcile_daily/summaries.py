"""Finds invalid run summaries. They have no items, so each is read and validated again, as it was on arrival."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice, takewhile
from typing import Final

from lake.lines import MAX_LINE_BYTES
from lake.listing import Bucket, ListedObject
from lake.records import RecordError
from lake.results import read_summary
from schemas.keys.grammar import KeyGrammarError
from schemas.keys.layout import SCORES_PREFIX, ScoreKey

# Summaries that are read side by side, and how many are listed ahead.
_READS: Final = 16
_BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class InvalidSummary:
    """An object below `scores/` that is no summary, and why, in one line."""

    key: str
    reason: str


def listed_summaries(bucket: Bucket, since: date | None, until: date | None) -> Iterator[ListedObject]:
    """Yield what lies below `scores/` for a range of days, both included, each unbounded where it is None."""
    after = f"{_day(since)}" if since else None
    # '0' comes after '/', which ends the day.
    beyond = f"{_day(until)}0" if until else None
    found = bucket.objects(SCORES_PREFIX, after=after)
    return takewhile(lambda listed: beyond is None or listed.key < beyond, found)


def _day(day: date) -> str:
    return f"{SCORES_PREFIX}dt={day}"


def invalid_summaries(
    bucket: Bucket, since: date | None, until: date | None, *, follow: Callable[[int], object] = lambda _: None
) -> Iterator[InvalidSummary]:
    """Yield the invalid summaries of a range of days, read side by side; archived ones are left out.

    `follow` is called with the count of each batch.
    """
    listed = listed_summaries(bucket, since, until)
    with ThreadPoolExecutor(_READS) as pool:
        while batch := [*islice(listed, _BATCH)]:
            yield from filter(None, pool.map(partial(_problem, bucket), batch))
            follow(len(batch))


def _problem(bucket: Bucket, found: ListedObject) -> InvalidSummary | None:
    try:
        ScoreKey.parse(found.key)
        content = bucket.beginning(found, MAX_LINE_BYTES + 1)
        if content is not None:
            read_summary(found.key, content)
    except KeyGrammarError as error:
        return InvalidSummary(found.key, str(RecordError.of_key(error)))
    except RecordError as error:
        return InvalidSummary(found.key, str(error))
    return None
