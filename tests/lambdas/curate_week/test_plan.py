"""What is to be done with a week, as a table, and what is not begun."""

import pytest

from lambdas.curate_week.inputs import RawObject, week_inputs
from lambdas.curate_week.plan import (
    MAX_WORK,
    PLANNED_BYTES_PER_OBJECT,
    PLANNED_BYTES_PER_SECOND,
    RESERVE_SECONDS,
    ArchivedError,
    Look,
    Target,
    WeekTooLargeError,
    decide,
    refusal,
    targets,
)
from lambdas.curate_week.store import Published, PublishedFile
from lambdas.curate_week.summary import wow_input
from schemas.curation import Outcome
from schemas.keys.grammar import CuratedFile
from schemas.keys.weeks import Week
from tests.schemas.examples import KEY

WEEK = Week(2025, 45)
NOW, OLD = "now", "old"
FRESH = wow_input([])


def published(*, generated_from: str | None = NOW, changes: str = FRESH, visible: bool = True) -> Published:
    file = None if generated_from is None else PublishedFile("etag", generated_from, changes)
    return Published(dict.fromkeys(CuratedFile, file), visible)


def mixture() -> Published:
    files = {**published().files, CuratedFile.TURNS: PublishedFile("etag", OLD, "")}
    return Published(files, visible=True)


def look(*, size: int = 1, objects: int = 1, outcome: Outcome = Outcome.CURATED, archived: str | None = None) -> Look:
    inputs = week_inputs(WEEK, [RawObject(str(KEY), "etag", size)] * objects)
    return Look(inputs, published(), [], NOW, outcome, archived)


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (published(generated_from=None), Outcome.CURATED),
        (published(generated_from=OLD), Outcome.CURATED),
        (mixture(), Outcome.CURATED),
        (published(), Outcome.UNCHANGED),
        (published(changes="other figures"), Outcome.SUMMARY),
        (published(visible=False), Outcome.SUMMARY),
    ],
    ids=["nothing", "older", "mixture", "complete", "other week before", "no manifest"],
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


def test_a_week_that_no_invocation_finishes_is_refused_with_what_to_do() -> None:
    most = MAX_WORK - PLANNED_BYTES_PER_OBJECT
    assert refusal(look(size=most), largest=MAX_WORK) is None
    refused = refusal(look(size=most + 1), largest=MAX_WORK)
    assert isinstance(refused, WeekTooLargeError)
    assert str(refused) == (
        "2025-W45 has 31.2 GB in 1 raw objects, as much work as 31.2 GB in one, of which an invocation is sure to "
        "finish 31.2 GB: run `ops curate 2025-W45 --local-engine`"
    )


def test_many_small_objects_are_more_work_than_their_bytes() -> None:
    size, objects = 10_000, 100
    assert look(size=size, objects=objects).work == objects * (size + PLANNED_BYTES_PER_OBJECT)
    refused = refusal(look(size=size, objects=objects), largest=objects * size)
    assert str(refused).startswith("2025-W45 has 0.0 GB in 100 raw objects, as much work as 0.0 GB in one")


def test_twenty_gigabytes_in_runs_of_25_turns_are_not_refused() -> None:
    run = 25 * 3_500
    assert 20 * 10**9 / run * (run + PLANNED_BYTES_PER_OBJECT) < MAX_WORK


def test_an_archived_object_refuses_its_week() -> None:
    refused = refusal(look(archived=str(KEY)), largest=MAX_WORK)
    assert isinstance(refused, ArchivedError)
    assert str(refused) == f"2025-W45: {KEY} is archived: restore the week's objects first"


def test_what_is_not_read_is_not_refused() -> None:
    unread = look(size=2 * MAX_WORK, outcome=Outcome.UNCHANGED, archived=str(KEY))
    assert refusal(unread, largest=MAX_WORK) is None


def test_time_is_planned_for_what_is_read() -> None:
    size = 10 * PLANNED_BYTES_PER_SECOND - PLANNED_BYTES_PER_OBJECT
    assert look(size=size).seconds == RESERVE_SECONDS + 10
    assert look(size=size, outcome=Outcome.SUMMARY).seconds == RESERVE_SECONDS
