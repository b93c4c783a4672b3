"""After an erasure no version, item or row has the text, and nothing else has changed: lakes made at random."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from moto import mock_aws

from ops.erase.asked import Asked
from schemas.keys.grammar import CuratedFile
from schemas.keys.layout import CuratedKey, ReportKey
from schemas.keys.weeks import Week
from schemas.registry.erasures import hashed
from tests.ops.conftest import Deployed
from tests.ops.erase.lake import OTHER, RUN, TEXT, THIRD, Lake, body, raw_key, score_key

DAYS = (date(2025, 10, 29), date(2025, 11, 5), date(2025, 11, 7))
HARMLESS = "What do you mean?"
# A turn that every object of the run has, besides the one with the text.
TEXTS = (HARMLESS, TEXT, HARMLESS)


@dataclass(frozen=True)
class Made:
    """What happens to a lake before the erasure, one thing after the other."""

    steps: tuple[tuple[str, str], ...]
    copies: bool
    parts: bool
    by_key: bool = field(default=False)


KEYS = [raw_key(RUN, day) for day in DAYS]
OTHERS = [raw_key(run, day) for run in (OTHER, THIRD) for day in DAYS]
STEPS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from([*KEYS, *OTHERS, f"raw/dt={DAYS[1]}/{RUN}.jsonl.bak"])),
    st.tuples(st.just("put"), st.sampled_from([score_key(RUN), score_key(OTHER)])),
    st.tuples(st.just("hide"), st.sampled_from([*KEYS, *OTHERS])),
    st.tuples(st.just("curate"), st.sampled_from([str(Week.of(day)) for day in DAYS])),
    st.tuples(st.just("report"), st.sampled_from([str(Week.of(day)) for day in DAYS])),
)
# What makes most of the difference, in the midst of the others: a week of two runs that is curated.
CURATED = (("put", KEYS[1]), ("put", OTHERS[1]), ("curate", str(Week.of(DAYS[1]))))
SOME = st.lists(STEPS, max_size=5).map(tuple)
LAKES = st.builds(
    Made,
    steps=st.builds(lambda before, after: (*before, *CURATED, *after), SOME, SOME),
    copies=st.booleans(),
    parts=st.booleans(),
    by_key=st.booleans(),
)


@contextmanager
def lake_of(made: Made, *, without_run: bool = False) -> Iterator[Lake]:
    environment = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    bounds = [
        mock.patch(f"lambdas.curate_week.{module}.PART_WORK", 1 if made.parts else 10**12)
        for module in ("plan", "curator", "steps")
    ]
    with mock.patch.dict(os.environ, environment), mock_aws(), bounds[0], bounds[1], bounds[2]:
        deployed = Deployed()
        deployed.create()
        lake = Lake(deployed, copies=made.copies)
        for number, (what, named) in enumerate(made.steps):
            if not (without_run and RUN in named):
                do(lake, what, named, number)
        yield lake


def do(lake: Lake, what: str, named: str, number: int) -> None:
    match what:
        case "put" if named.startswith("scores/"):
            lake.put(named, f'{{"note": "{TEXT if RUN in named else number}"}}'.encode())
        case "put":
            run = RUN if RUN in named else OTHER if OTHER in named else THIRD
            texts = TEXTS if run == RUN else (HARMLESS, f"Turn {number}.")
            lake.put(named, body(run, *texts))
        case "hide":
            lake.hide(named)
        case "curate":
            lake.curate(Week.parse(named))
        case "report":
            lake.primary.put(str(ReportKey(Week.parse(named))), b"<p>A page.", over=None)


def untouched(lake: Lake, weeks: set[str]) -> dict[tuple[str, str, str], str]:
    """Return the versions of what an erasure has nothing to do with: no run's, no week's, no record."""
    successors = {str(Week.parse(week).shift(1)) for week in weeks}
    own = [f"week={week}/" for week in weeks]
    own += [f"week={week}/weekly_summary.parquet" for week in successors]
    return {
        each: etag
        for each, etag in lake.snapshot().items()
        if RUN not in each[1] and not each[1].startswith("erasures/") and not any(part in each[1] for part in own)
    }


def published(lake: Lake, week: Week) -> dict[str, bytes]:
    """Return what readers see of a week: its rejected lines, its summary, and what its manifests name."""
    store = lake.weeks_to_erase().store
    own = (str(CuratedKey(week, file)) for file in (CuratedFile.REJECTED, CuratedFile.WEEKLY_SUMMARY))
    contents = {key: store.content(key) for key in sorted({*own, *store.published(week).named})}
    return {key: content for key, content in contents.items() if content is not None}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LAKES)
def test_after_an_erasure_nothing_has_the_text_and_nothing_else_has_changed(made: Made) -> None:
    with lake_of(made) as lake:
        meant = sorted({key for _, key, _ in lake.snapshot() if RUN in key})
        asked = Asked(keys=frozenset(meant)) if made.by_key else Asked(runs=frozenset([RUN]))
        if not meant:
            return
        planned = lake.plan(asked).plan
        assert planned
        weeks = {str(week) for week in planned.found.weeks}
        before, items = untouched(lake, weeks), [item for item in lake.items_in() if RUN not in str(item)]
        assert lake.erase(asked) == []
        assert lake.holding(TEXT) == []
        assert lake.holding(RUN) == []
        assert untouched(lake, weeks) == before
        assert lake.items_in() == items
        assert_recorded(lake, meant)
        again = lake.plan(asked)
        assert again.plan is None
        assert again.before
        seen = {week.week: published(lake, week.week) for week in planned.weeks if week.is_published}
    with lake_of(made, without_run=True) as other:
        for week in planned.weeks:
            if week.is_made_again:
                other.curate(week.week)
            elif week.is_published:
                remove(other, week.week)
        assert seen == {week: published(other, week) for week in seen}


def assert_recorded(lake: Lake, meant: list[str]) -> None:
    """Check that both Regions have the record, which names every key by its hash."""
    (record,) = {key for _, key, _ in lake.snapshot() if key.startswith("erasures/")}
    for store in (lake.primary, lake.replica):
        found = store.read(record)
        assert found
        assert all(hashed(key).encode() in found.content for key in meant)


def remove(lake: Lake, week: Week) -> None:
    for _, key, _ in lake.snapshot():
        if f"week={week}/" in key:
            lake.hide(key)


@pytest.mark.usefixtures("moto")
def test_a_dry_run_changes_nothing(lake: Lake) -> None:
    lake.put(raw_key(), body(RUN, TEXT))
    lake.curate(Week(2025, 45))
    before, items = lake.snapshot(), lake.items_in()
    assert lake.plan(Asked(runs=frozenset([RUN]))).plan
    assert (lake.snapshot(), lake.items_in()) == (before, items)
