"""The function's code in this process: no limit of time or size, and every read passed on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Never, cast

import pytest

from lambdas.curate_week import plan
from lambdas.curate_week.part_store import PartStore
from ops.curation import CurationFailedError
from ops.curation.in_process import InProcessEngine
from ops.failures import UnusableError
from schemas.curation import CurationRequest, Outcome, PartTask
from schemas.keys.grammar import CuratedFile
from schemas.keys.layout import CuratedKey
from schemas.keys.weeks import Week
from tests.lambdas.curate_week.lake import LakeOfWeeks
from tests.ops.conftest import Deployed
from tests.store import bucket_of

if TYPE_CHECKING:
    from obstore.store import S3Store

WEEK = Week(2025, 45)
REQUEST = CurationRequest(weeks=[str(WEEK)])


@pytest.fixture
def lake(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> LakeOfWeeks:
    lake = LakeOfWeeks(deployed.s3, deployed.bucket)
    monkeypatch.setattr("ops.curation.in_process.ReadAhead", lambda _, sources: lake.open_reader(sources))
    return lake


@pytest.fixture
def read() -> list[int]:
    return []


@pytest.fixture
def engine(lake: LakeOfWeeks, read: list[int]) -> InProcessEngine:
    return InProcessEngine(
        s3=lake.s3,
        objects=cast("S3Store", bucket_of(lake.s3, lake.bucket).store),
        bucket=lake.bucket,
        today=date(2025, 11, 20),
        follow=read.append,
        side_by_side=never,
    )


def never(_: object) -> Never:
    raise AssertionError("a week of one part needs no other process")


def test_a_week_is_curated_and_its_bytes_are_followed(
    lake: LakeOfWeeks, engine: InProcessEngine, read: list[int]
) -> None:
    lake.put_run(WEEK, 9, 8)
    (preview,) = engine.ask(CurationRequest(weeks=REQUEST.weeks, dry_run=True))
    assert (preview.outcome, read) == (Outcome.CURATED, [])
    (report,) = engine.ask(REQUEST)
    assert (report.outcome, report.rows, sum(read)) == (Outcome.CURATED, 2, report.bytes_in)
    assert len(lake.table(WEEK, CuratedFile.TURNS)) == 2
    assert engine.ask(REQUEST)[0].outcome is Outcome.UNCHANGED


def test_a_week_that_is_too_large_for_an_invocation_is_curated(
    lake: LakeOfWeeks, engine: InProcessEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "PLANNED_BYTES_PER_SECOND", 1e-9)
    lake.put_run(WEEK, 9)
    assert engine.ask(REQUEST)[0].outcome is Outcome.CURATED


def test_a_week_to_come_and_a_full_disk_are_one_line(
    lake: LakeOfWeeks, engine: InProcessEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CurationFailedError, match="week 2026-W01: expected 2025-W47, which is the current one"):
        engine.ask(CurationRequest(weeks=["2026-W01"]))
    lake.put_run(WEEK, 9)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.ParquetWriter.write_table", full)
    with pytest.raises(UnusableError, match=r"^\[Errno 28\] No space left on device$"):
        engine.ask(REQUEST)


def test_a_summary_that_cannot_be_read_is_mended_as_its_error_says(
    lake: LakeOfWeeks, engine: InProcessEngine
) -> None:
    after = [str(WEEK.shift(1))]
    for week in (WEEK, WEEK.shift(1)):
        lake.put_run(week, 9, 8)
    assert engine.ask(REQUEST)[0].outcome is Outcome.CURATED
    key = str(CuratedKey(WEEK, CuratedFile.WEEKLY_SUMMARY))
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Metadata=lake.metadata(WEEK, CuratedFile.WEEKLY_SUMMARY))
    with pytest.raises(CurationFailedError, match=r"^2025-W46: SummaryError: .*curate 2025-W45 --force`$"):
        engine.ask(CurationRequest(weeks=after))
    for dry_run in (True, False):
        (report,) = engine.ask(CurationRequest(weeks=REQUEST.weeks, force=True, dry_run=dry_run))
        assert (report.week, report.outcome) == (str(WEEK), Outcome.CURATED)
    assert engine.ask(CurationRequest(weeks=after))[0].outcome is Outcome.CURATED


def test_parts_are_done_side_by_side_and_one_alone_here(
    lake: LakeOfWeeks, engine: InProcessEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("plan", "curator", "steps"):
        monkeypatch.setattr(f"lambdas.curate_week.{module}.PART_WORK", 1)
    asked: list[int] = []

    def do(tasks: Sequence[PartTask]) -> None:
        asked.append(len(tasks))
        parts = PartStore(engine._curator().store)
        for task in tasks:
            parts.curate(WEEK, task.digest, lake.open_reader)

    working = replace(engine, side_by_side=do)
    runs = ("01HQVZ3K9X1234567890ABCDEF", "01HQVZ3K9X9876543210FEDCBA")
    for run_id in runs:
        lake.put_run(WEEK, 9, 8, run_id=run_id)
    (report,) = working.ask(REQUEST)
    assert (report.outcome, report.parts, report.rows, asked) == (Outcome.CURATED, 2, 4, [2])
    lake.put_run(WEEK, 7, run_id="01HQVZ3K9XZZZZZZZZZZZZZZZZ")
    (report,) = working.ask(REQUEST)
    assert (report.parts, report.rows, asked) == (3, 5, [2])
