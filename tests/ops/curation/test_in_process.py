"""The function's code in this process: no limit of time or size, and every read passed on."""

from datetime import date
from typing import TYPE_CHECKING, cast

import pytest

from lambdas.curate_week import plan
from ops.curation import CurationFailedError
from ops.curation.in_process import InProcessEngine
from ops.failures import UnusableError
from schemas.curation import CurationRequest, Outcome
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
    )


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
