"""Compares what is published of each week with what lies in raw/, by the judgement of the curation itself."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final, Never

from ops.failures import CommandError, attempt
from ops.parallel import in_parallel
from schemas.keys.layout import CURATED_PREFIX
from schemas.keys.weeks import Week, WeekError
from schemas.registry.phases import load_planned_turns

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from lake.listing import Bucket
    from lambdas.curate_week.plan import Look
    from schemas.models import ModelConfig

# Each look keeps the listing of its week.
_WORKERS: Final = 4
_WEEK_PREFIX: Final = f"{CURATED_PREFIX}week="


class CuratedState(StrEnum):
    """What is published of a week, against its raw objects."""

    CURRENT = "current"
    MISSING = "missing"
    MIXTURE = "mixture"
    """Files or manifests are absent or of another generation: a curation is under way, or was cut off."""
    STALE = "stale"
    """Raw objects, prices or the transformation have changed since."""
    OUTDATED_CHANGES = "outdated_changes"
    """The summary compares itself with other figures than the week before has."""
    WITHOUT_RUNS = "without_runs"
    """Something is published, and there are no raw objects."""
    UNREADABLE = "unreadable"
    """What is published, or the week before has published, cannot be read."""


def curated_state(look: "Look") -> CuratedState:
    """Return what is published of a week as it was looked at."""
    published = look.published
    files = [file for file in published.files.values() if file]
    if not look.inputs.objects:
        return CuratedState.WITHOUT_RUNS if files else CuratedState.CURRENT
    if not files:
        return CuratedState.MISSING
    if published.generation is None:
        return CuratedState.MIXTURE
    if published.generation != look.generated_from:
        return CuratedState.STALE
    return CuratedState.OUTDATED_CHANGES if look.stale_changes else CuratedState.CURRENT


def curated_states(
    weeks: Iterable[Week],
    look: Callable[[Week], "Look"],
    *,
    unreadable: Callable[[Week, str], object] = lambda _week, _why: None,
) -> Iterator[tuple[Week, CuratedState]]:
    """Yield each week's state in their order; one that is not current is looked at a second time.

    Where a look raises `CommandError`, or AWS refuses it, `unreadable` gets the reason.
    """

    def state(week: Week) -> CuratedState:
        found = curated_state(look(week))
        # A week that is being published passes through every other state within a moment.
        return found if found is CuratedState.CURRENT else curated_state(look(week))

    def state_or_why(week: Week) -> tuple[Week, CuratedState]:
        def refused(why: str) -> CuratedState:
            unreadable(week, why)
            return CuratedState.UNREADABLE

        return week, attempt(partial(state, week), refused)

    return in_parallel(state_or_why, weeks, workers=_WORKERS)


@dataclass(frozen=True)
class WeekRepairs:
    """What became of weeks that were not current: what their states are now, and what curating them failed with."""

    states: Mapping[Week, CuratedState]
    failures: Mapping[Week, str]

    @property
    def left(self) -> list[Week]:
        """The weeks that are not current, still."""
        return [week for week, state in self.states.items() if state is not CuratedState.CURRENT]


def repair_weeks(
    weeks: Iterable[Week], *, curate: Callable[[Week], object], look: Callable[[Week], "Look"]
) -> WeekRepairs:
    """Curate the weeks one after the other, the oldest first, whatever one of them fails with.

    Each compares itself with the one before, so the states are looked at when all is done.
    """
    asked = sorted(weeks)
    failures: dict[Week, str] = {}
    for week in asked:
        attempt(partial(curate, week), partial(failures.__setitem__, week))
    return WeekRepairs(dict(curated_states(asked, look)), failures)


def week_looker(bucket: "Bucket", models: "Mapping[str, ModelConfig]") -> Callable[[Week], "Look"]:
    """Return what looks at a week as the curation does, and writes nothing."""
    # pyarrow would slow down the start of every command.
    from lambdas.curate_week.curator import Curator  # noqa: PLC0415
    from lambdas.curate_week.plan import Target  # noqa: PLC0415
    from lambdas.curate_week.store import SummaryError, WeekStore  # noqa: PLC0415

    def never(_: object) -> Never:
        raise AssertionError("a look reads no object")

    store, turns = WeekStore(bucket.client, bucket.name), load_planned_turns()
    curator = Curator(store, bucket.pages, never, models, turns, time.monotonic, lambda: datetime.now(UTC))

    def look(week: Week) -> "Look":
        try:
            return curator.look(Target(week))
        except SummaryError as error:
            raise CommandError(str(error)) from None

    return look


def published_weeks(s3: "S3Client", bucket: str) -> Iterator[Week]:
    """Yield the weeks of which anything is published, in their order."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_WEEK_PREFIX, Delimiter="/")
    for page in pages:
        for folder in page.get("CommonPrefixes", []):
            try:
                yield Week.parse(folder["Prefix"].removeprefix(_WEEK_PREFIX).removesuffix("/"))
            except WeekError:
                continue
