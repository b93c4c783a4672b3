"""What is to be done with a week, as a table."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lake.published import Manifest, Published, PublishedFile
from lambdas.curate_week.inputs import week_inputs
from lambdas.curate_week.listing import RawObject
from lambdas.curate_week.parts import PART_WORK, WORK_PER_OBJECT
from lambdas.curate_week.plan import (
    PLANNED_BYTES_PER_SECOND,
    RESERVE_SECONDS,
    Look,
    Target,
    decide,
    targets,
)
from lambdas.curate_week.summary import wow_input
from schemas.curation import Outcome
from schemas.keys.grammar import CuratedFile, CuratedTable
from schemas.keys.layout import CuratedKey
from schemas.keys.weeks import Week
from tests.schemas.examples import KEY

WEEK = Week(2025, 45)
NOW, OLD = "now", "old"
FRESH = wow_input([])


AT = datetime(2025, 11, 10, tzinfo=UTC)


def published(*, generated_from: str | None = NOW, changes: str = FRESH, shown: str | None = NOW) -> Published:
    """Return a week of one part, whose manifests say that it was generated from `shown`."""
    file = None if generated_from is None else PublishedFile("etag", generated_from, changes)
    manifests = {
        table: shown and Manifest("etag", shown, (str(CuratedKey(WEEK, table.file)),), AT) for table in CuratedTable
    }
    return Published(WEEK, dict.fromkeys(CuratedFile, file), {name: each or None for name, each in manifests.items()})


def with_turns(file: PublishedFile | None) -> Published:
    return replace(published(), files={**published().files, CuratedFile.TURNS: file})


def in_parts(*keys: str) -> Published:
    """Return a week whose turns and runs are parts, beside turns of when it was one."""
    manifests = {**published().manifests, CuratedTable.CURATED_TURNS: Manifest("etag", NOW, keys, AT)}
    return replace(with_turns(PublishedFile("etag", OLD)), manifests=manifests)


def look(*, size: int = 1, objects: int = 1, outcome: Outcome = Outcome.CURATED) -> Look:
    inputs = week_inputs(WEEK, [RawObject(str(KEY), "etag", size)] * objects)
    return Look(inputs, published(), [], NOW, outcome)


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (published(generated_from=None), Outcome.CURATED),
        (published(generated_from=OLD), Outcome.CURATED),
        (with_turns(PublishedFile("etag", OLD)), Outcome.CURATED),
        (with_turns(None), Outcome.CURATED),
        (in_parts("curated/week=2025-W45/parts/x/turns.parquet"), Outcome.UNCHANGED),
        (replace(published(), lost=frozenset({"a key"})), Outcome.CURATED),
        (published(), Outcome.UNCHANGED),
        (published(changes="other figures"), Outcome.SUMMARY),
        (published(shown=None), Outcome.CURATED),
        (published(shown=OLD), Outcome.CURATED),
    ],
    ids=[
        *("nothing", "older", "mixture", "turns gone", "in parts", "part lost"),
        *("complete", "other week before", "no manifest", "older manifest"),
    ],
)
def test_a_week_is_curated_where_its_inputs_changed(found: Published, outcome: Outcome) -> None:
    assert decide(Target(WEEK), look().inputs, found, [], generated_from=NOW, force=False) is outcome


def test_force_curates_what_has_not_changed() -> None:
    assert decide(Target(WEEK), look().inputs, published(), [], generated_from=NOW, force=True) is Outcome.CURATED


@pytest.mark.parametrize("force", [False, True])
def test_a_week_without_objects_is_empty(force: bool) -> None:  # noqa: FBT001 - pytest passes by name
    inputs = week_inputs(WEEK, [])
    found = published(generated_from=None)
    assert decide(Target(WEEK), inputs, found, [], generated_from=NOW, force=force) is Outcome.EMPTY


def test_a_published_week_whose_objects_are_gone_still_follows_the_week_before() -> None:
    found = published(changes="other figures")
    assert decide(Target(WEEK), week_inputs(WEEK, []), found, [], generated_from=NOW, force=True) is Outcome.SUMMARY


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (published(generated_from=None), Outcome.UNCHANGED),
        (published(generated_from=OLD), Outcome.UNCHANGED),
        (published(generated_from=OLD, changes="other figures"), Outcome.SUMMARY),
    ],
)
def test_a_week_that_nobody_asked_for_gets_its_changes_alone(found: Published, outcome: Outcome) -> None:
    target = Target(WEEK, asked=False)
    assert decide(target, week_inputs(WEEK, []), found, [], generated_from=NOW, force=True) is outcome


def test_the_week_after_each_asked_one_is_looked_at_once() -> None:
    weeks = [Week(2025, 52), Week(2025, 45), Week(2025, 46)]
    assert [(str(target.week), target.asked) for target in targets(weeks)] == [
        ("2025-W45", True),
        ("2025-W46", True),
        ("2025-W47", False),
        ("2025-W52", True),
        ("2026-W01", False),
    ]


def test_many_small_objects_are_more_work_than_their_bytes() -> None:
    size, objects = 10_000, 100
    assert look(size=size, objects=objects).work == objects * (size + WORK_PER_OBJECT)


def test_a_week_is_one_part_where_what_is_to_be_done_is_the_work_of_one() -> None:
    most = PART_WORK // 2 - WORK_PER_OBJECT
    assert look(size=most, objects=2).is_one_part
    assert not look(size=most + 1, objects=2).is_one_part
    assert look(size=most + 1, objects=2, outcome=Outcome.UNCHANGED).is_one_part


def test_time_is_planned_for_what_is_read() -> None:
    size = 10 * PLANNED_BYTES_PER_SECOND - WORK_PER_OBJECT
    assert look(size=size).seconds == RESERVE_SECONDS + 10
    assert look(size=size, outcome=Outcome.SUMMARY).seconds == RESERVE_SECONDS
