"""A week is complete when everything that is published of it is there and of one generation."""

import pytest

from lake.published import PublishedWeeks
from schemas.curation import GENERATED_FROM
from schemas.keys.grammar import CuratedFile, CuratedTable
from schemas.keys.layout import CuratedKey, SymlinkKey
from schemas.keys.weeks import Week
from tests.lake.published import marks
from tests.ops.conftest import Deployed

WEEK = Week(2025, 45)
TURNS = CuratedKey(WEEK, CuratedFile.TURNS)


@pytest.fixture
def weeks(deployed: Deployed) -> PublishedWeeks:
    return PublishedWeeks(deployed.s3, deployed.bucket)


@pytest.mark.parametrize(
    ("generations", "expected"),
    [
        (["a"] * 5, "a"),
        (["a", "b", "a", "a", "a"], None),
        (["a", "a", "a", "a", "b"], None),
        (["a", "a", "a", "a", None], None),
        ([None] * 5, None),
    ],
)
def test_generation_is_that_of_summary_rejected_lines_and_manifests(
    weeks: PublishedWeeks, generations: list[str | None], expected: str | None
) -> None:
    for key, generation in zip(marks(WEEK), generations, strict=True):
        if generation:
            weeks.client.put_object(Bucket=weeks.bucket, Key=str(key), Metadata={GENERATED_FROM: generation})
    assert weeks.published(WEEK).generation == expected


def test_files_without_a_generation_are_no_week(weeks: PublishedWeeks) -> None:
    for key in marks(WEEK):
        weeks.client.put_object(Bucket=weeks.bucket, Key=str(key))
    assert weeks.published(WEEK).generation is None


@pytest.mark.parametrize(("turns", "expected"), [("a", "a"), ("b", None), (None, None)])
def test_turns_that_a_manifest_names_are_there_and_of_its_generation(
    weeks: PublishedWeeks, turns: str | None, expected: str | None
) -> None:
    manifest = SymlinkKey(CuratedTable.CURATED_TURNS, WEEK)
    for key in marks(WEEK):
        body = f"{weeks.url}{TURNS}\n" if key == manifest else ""
        weeks.client.put_object(Bucket=weeks.bucket, Key=str(key), Body=body, Metadata={GENERATED_FROM: "a"})
    if turns:
        weeks.client.put_object(Bucket=weeks.bucket, Key=str(TURNS), Metadata={GENERATED_FROM: turns})
    assert weeks.published(WEEK).generation == expected
