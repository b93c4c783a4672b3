"""Weeks of several parts: what is published, and what failures, kills and other executions leave behind."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lambdas.curate_week.curator import Curator
from lambdas.curate_week.inputs import Source
from lambdas.curate_week.part_store import PartStore
from lambdas.curate_week.plan import Target
from lambdas.curate_week.steps import ATTEMPTS, Steps
from lambdas.curate_week.store import WeekStore
from ops.curation.in_process import one_by_one, run_here
from schemas.curation import Next, Outcome, Progress, WeekReport
from schemas.keys.grammar import CuratedFile, CuratedTable, PartFile
from schemas.keys.layout import CuratedKey, PartKey, SymlinkKey
from schemas.keys.weeks import Week
from schemas.models import ModelConfig
from tests.lambdas.curate_week.conftest import BUCKET
from tests.lambdas.curate_week.lake import MODEL, LakeOfWeeks
from tests.schemas.examples import RUN_ID

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WEEK = Week(2025, 45)
RUNS = {RUN_ID: (9, 8), "01HQVZ3K9X9876543210FEDCBA": (5, 5, 5), "01HQVZ3K9XABCDEFGH01234567": (7,)}
LATE = "01HQVZ3K9XZZZZZZZZZZZZZZZZ"
Rows = list[dict[str, object]]


@pytest.fixture
def lake(s3: "S3Client", monkeypatch: pytest.MonkeyPatch) -> LakeOfWeeks:
    """Give a lake in which each run is a part."""
    for module in ("plan", "curator", "steps"):
        monkeypatch.setattr(f"lambdas.curate_week.{module}.PART_WORK", 1)
    lake = LakeOfWeeks(s3, BUCKET)
    put_runs(lake)
    return lake


def put_runs(lake: LakeOfWeeks, week: Week = WEEK) -> None:
    for run_id, scores in RUNS.items():
        lake.put_run(week, *scores, run_id=run_id)


def execute(
    lake: LakeOfWeeks, *weeks: Week, curator: Curator | None = None, force: bool = False
) -> tuple[Progress, list[WeekReport]]:
    reports: list[WeekReport] = []
    working = curator or lake.curator()
    steps = Steps(working, PartStore(working.store), reports.append)
    progress = Progress(weeks=[*map(str, weeks or [WEEK])], force=force)
    return run_here(steps, progress, partial(one_by_one, steps)), reports


def shown(lake: LakeOfWeeks, table: CuratedTable = CuratedTable.CURATED_TURNS, week: Week = WEEK) -> list[str]:
    """Return the keys that a table sees."""
    body = lake.s3.get_object(Bucket=BUCKET, Key=str(SymlinkKey(table, week)))["Body"].read().decode()
    return [line.removeprefix(f"s3://{BUCKET}/") for line in body.splitlines()]


def rows(lake: LakeOfWeeks, table: CuratedTable = CuratedTable.CURATED_TURNS) -> Rows:
    found: Rows = []
    for key in shown(lake, table):
        found += pq.read_table(pa.BufferReader(lake.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())).to_pylist()
    return found


def parts_made(lake: LakeOfWeeks) -> set[str]:
    return {key for key in lake.versions() if PartKey.matches(key) and key.endswith(PartFile.TURNS)}


def test_a_week_of_parts_has_the_rows_and_the_summary_of_one_pass(
    lake: LakeOfWeeks, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.s3.put_object(Bucket=BUCKET, Key=f"raw/dt={WEEK.monday}/nonsense.jsonl", Body=b"{}")
    ended, (report,) = execute(lake)
    assert (ended.next, ended.failed) == (Next.DONE, [])
    assert (report.outcome, report.parts, report.objects, report.rows, report.bad_keys) == (
        Outcome.CURATED, 3, 4, 6, 1,
    )  # fmt: skip
    assert len(shown(lake)) == len(shown(lake, CuratedTable.CURATED_RUNS)) == 3
    in_parts = [rows(lake, table) for table in CuratedTable]
    summary = lake.body(WEEK, CuratedFile.WEEKLY_SUMMARY)
    rejected = lake.body(WEEK, CuratedFile.REJECTED)
    refused = lake.curator().store.published(WEEK).files[CuratedFile.REJECTED]
    assert refused
    assert refused.duplicates == report.duplicates == 0
    for module in ("plan", "curator", "steps"):
        monkeypatch.setattr(f"lambdas.curate_week.{module}.PART_WORK", 10**12)
    lake.curate(WEEK, force=True)
    assert shown(lake) == [str(CuratedKey(WEEK, CuratedFile.TURNS))]
    assert [rows(lake, table) for table in CuratedTable] == in_parts
    assert lake.body(WEEK, CuratedFile.WEEKLY_SUMMARY) == summary
    assert lake.body(WEEK, CuratedFile.REJECTED) == rejected


def test_a_week_that_is_done_is_left_alone(lake: LakeOfWeeks) -> None:
    execute(lake)
    before = lake.versions()
    ended, (report,) = execute(lake)
    assert (ended.next, report.outcome) == (Next.DONE, Outcome.UNCHANGED)
    assert lake.versions() == before


def test_force_publishes_a_week_of_parts_again_and_does_no_part_twice(lake: LakeOfWeeks) -> None:
    execute(lake)
    before, shown_before = lake.versions(), shown(lake)
    _, (report,) = execute(lake, force=True)
    assert report.outcome is Outcome.CURATED
    changed = {key for key, version in lake.versions().items() if before.get(key) != version}
    assert changed >= {
        str(CuratedKey(WEEK, CuratedFile.WEEKLY_SUMMARY)),
        *(str(SymlinkKey(table, WEEK)) for table in CuratedTable),
    }
    assert not any(PartKey.matches(key) for key in changed)
    assert shown(lake) == shown_before


def test_a_late_run_has_one_part_done(lake: LakeOfWeeks) -> None:
    execute(lake)
    before = parts_made(lake)
    lake.put_run(WEEK, 6, 6, run_id=LATE)
    _, (report,) = execute(lake)
    assert (report.parts, report.rows, len(parts_made(lake) - before)) == (4, 8, 1)
    assert len(rows(lake)) == 8


def test_another_price_writes_the_summary_alone(lake: LakeOfWeeks) -> None:
    execute(lake)
    before = lake.versions()
    dearer = ModelConfig(MODEL.model_id, "p", "e", "v", cost_per_1m_prompt=4, cost_per_1m_completion=15, max_tokens=1)
    execute(lake, curator=lake.curator(models=[dearer]))
    changed = {key for key, version in lake.versions().items() if before.get(key) != version}
    assert not any(PartKey.matches(key) for key in changed)
    assert str(CuratedKey(WEEK, CuratedFile.WEEKLY_SUMMARY)) in changed


@dataclass(frozen=True)
class FailingReader:
    """Fails for one run a number of times."""

    lake: LakeOfWeeks
    run_id: str
    failures: list[Exception]

    def read(self, source: Source) -> Iterator[bytes]:
        if source.key.run_id == self.run_id and self.failures:
            raise self.failures.pop()
        return self.lake.read(source)


def failing(lake: LakeOfWeeks, times: int) -> Curator:
    reader = FailingReader(lake, RUN_ID, [ConnectionError("away") for _ in range(times)])
    return replace(lake.curator(), open_reader=lambda _: nullcontext(reader))


def test_a_part_that_fails_once_is_done_by_the_next_attempt(lake: LakeOfWeeks) -> None:
    ended, (report,) = execute(lake, curator=failing(lake, 1))
    assert (ended.next, report.outcome, report.rows) == (Next.DONE, Outcome.CURATED, 6)


def test_a_part_that_always_fails_fails_its_week_and_no_other(lake: LakeOfWeeks) -> None:
    after = WEEK.shift(2)
    lake.put_run(after, 9, run_id=LATE)
    ended, reports = execute(lake, WEEK, after, curator=failing(lake, 99))
    assert ended.next is Next.FAILED
    assert ended.failed == ["2025-W45: UnfinishedError: 1 of 3 parts are not done"]
    assert [(report.week, report.outcome) for report in reports] == [("2025-W47", Outcome.CURATED)]
    assert str(SymlinkKey(CuratedTable.CURATED_TURNS, WEEK)) not in lake.versions()
    # What was done stays done.
    assert len(parts_made(lake)) == 2
    assert execute(lake)[0].next is Next.DONE


def damage(lake: LakeOfWeeks, file: PartFile, content: bytes) -> None:
    key = str(PartKey(WEEK, PartKey.parse(shown(lake)[0]).sha256, file))
    lake.s3.put_object(Bucket=BUCKET, Key=key, Body=content)


@pytest.mark.parametrize("content", [b"", b'{"objects":1,"counts":{},"sizes":{},"cells":[],"later":1}'])
def test_a_receipt_that_cannot_be_read_has_its_part_done_again(lake: LakeOfWeeks, content: bytes) -> None:
    execute(lake)
    whole = rows(lake)
    damage(lake, PartFile.RECEIPT, content)
    ended, (report,) = execute(lake, force=True)
    assert (ended.next, report.rows, rows(lake)) == (Next.DONE, 6, whole)


def test_inputs_that_do_not_match_their_name_are_written_again(lake: LakeOfWeeks) -> None:
    execute(lake)
    damage(lake, PartFile.INPUTS, b"2\n")
    damage(lake, PartFile.RECEIPT, b"")
    assert execute(lake, force=True)[0].next is Next.DONE


def test_an_object_of_a_part_that_is_lost_is_made_again(lake: LakeOfWeeks) -> None:
    execute(lake)
    lost = shown(lake)[1]
    lake.s3.delete_object(Bucket=BUCKET, Key=lost)
    assert lake.curator().store.published(WEEK).lost == {lost}
    ended, (report,) = execute(lake)
    assert (ended.next, report.outcome, len(rows(lake))) == (Next.DONE, Outcome.CURATED, 6)


class KilledError(BaseException):
    """Ends the process, as far as the code can tell."""


@dataclass(frozen=True)
class Interrupted(WeekStore):
    """Does something before its n-th write."""

    at: int = 0
    action: Callable[[], None] = lambda: None
    done: tuple[list[int], ...] = ()

    def put(self, *args: object, **kwargs: object) -> None:
        self._step()
        super().put(*args, **kwargs)  # type: ignore[arg-type]

    def show(self, *args: object, **kwargs: object) -> None:
        self._step()
        super().show(*args, **kwargs)  # type: ignore[arg-type]

    def put_content(self, key: str, content: bytes) -> None:
        self._step()
        super().put_content(key, content)

    def _step(self) -> None:
        (steps,) = self.done
        steps.append(1)
        if len(steps) == self.at:
            self.action()


def interrupted(lake: LakeOfWeeks, at: int, action: Callable[[], None]) -> Curator:
    return lake.curator(Interrupted(lake.s3, BUCKET, at, action, ([],)))


def kill() -> None:
    raise KilledError


# A part's inputs for the late run; plan and list; its three files and receipt; rejected, summary, three manifests.
WRITES = range(1, 1 + 1 + 2 + 4 + 2 + 3)


@pytest.mark.parametrize("at", WRITES)
def test_a_kill_leaves_the_old_week_or_the_new_one_and_the_next_run_completes_it(lake: LakeOfWeeks, at: int) -> None:
    execute(lake)
    old = rows(lake)
    lake.put_run(WEEK, 6, 6, run_id=LATE)
    with pytest.raises(KilledError):
        execute(lake, curator=interrupted(lake, at, kill))
    assert rows(lake) == old
    assert lake.curator().look(Target(WEEK)).outcome is Outcome.CURATED
    assert execute(lake)[0].next is Next.DONE
    assert len(rows(lake)) == len(old) + 2
    assert lake.curator().look(Target(WEEK)).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize("at", WRITES)
@pytest.mark.parametrize("late", [False, True], ids=["same inputs", "later inputs"])
def test_two_executions_of_a_week_at_a_time_do_no_harm(
    lake: LakeOfWeeks,
    at: int,
    late: bool,  # noqa: FBT001 - pytest passes by name
) -> None:
    execute(lake)
    lake.put_run(WEEK, 6, 6, run_id=LATE)

    def other() -> None:
        if late:
            lake.put_run(WEEK, 1, run_id="01HQVZ3K9XYYYYYYYYYYYYYYYY")
        assert execute(lake)[0].next is Next.DONE

    ended, _ = execute(lake, curator=interrupted(lake, at, other))
    assert ended.next is Next.DONE
    execute(lake)
    assert len(rows(lake)) == (9 if late else 8)
    look = lake.curator().look(Target(WEEK))
    assert (look.outcome, look.published.lost) == (Outcome.UNCHANGED, frozenset())


# Before each of the three manifests is written, after the summary.
@pytest.mark.parametrize("at", [*WRITES][-3:])
def test_a_manifest_that_somebody_else_changes_meanwhile_is_written_by_the_next_attempt(
    lake: LakeOfWeeks, at: int
) -> None:
    execute(lake)
    lake.put_run(WEEK, 6, 6, run_id=LATE)

    def change() -> None:
        for table in CuratedTable:
            lake.s3.put_object(
                Bucket=BUCKET, Key=str(SymlinkKey(table, WEEK)), Body=b"s3://elsewhere/turns.parquet\n"
            )

    ended, reports = execute(lake, curator=interrupted(lake, at, change))
    assert ended.next is Next.DONE
    assert [report.outcome for report in reports] == [Outcome.CURATED]
    assert len(rows(lake)) == 8
    assert lake.curator().look(Target(WEEK)).outcome is Outcome.UNCHANGED


def at(lake: LakeOfWeeks, days: float) -> Curator:
    """Return a curator whose clock is so many days ahead."""
    return replace(lake.curator(), now=lambda: datetime.now(UTC) + timedelta(days=days))


def test_what_no_manifest_names_goes_after_a_day_and_what_the_last_one_named_stays(lake: LakeOfWeeks) -> None:
    lake.put_run(WEEK, 1, run_id=LATE)
    execute(lake)
    first = {*shown(lake)}
    lake.put_run(WEEK, 2, run_id=LATE)
    execute(lake, curator=at(lake, 0.5))
    second = {*shown(lake)}
    lake.put_run(WEEK, 3, run_id=LATE)
    execute(lake, curator=at(lake, 0.9))
    third = {*shown(lake)}
    assert parts_made(lake) == first | second | third
    lake.put_run(WEEK, 4, run_id=LATE)
    execute(lake, curator=at(lake, 2))
    (gone,) = first - second
    assert parts_made(lake) == {*shown(lake)} | third
    assert not any(key.startswith(gone.rpartition("/")[0]) for key in lake.keys_below("curated/"))


def test_a_week_that_outgrows_one_part_loses_its_file_after_a_day(
    lake: LakeOfWeeks, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("plan", "curator", "steps"):
        monkeypatch.setattr(f"lambdas.curate_week.{module}.PART_WORK", 10**12)
    lake.curate(WEEK)
    for module in ("plan", "curator", "steps"):
        monkeypatch.setattr(f"lambdas.curate_week.{module}.PART_WORK", 1)
    execute(lake, force=True)
    assert len(shown(lake)) == 3
    turns = str(CuratedKey(WEEK, CuratedFile.TURNS))
    assert turns in lake.keys_below("curated/")
    lake.put_run(WEEK, 2, run_id=LATE)
    execute(lake, curator=at(lake, 2))
    assert turns not in lake.keys_below("curated/")
    assert lake.table(WEEK, CuratedFile.WEEKLY_SUMMARY)


def test_the_week_after_compares_itself_with_the_new_figures(lake: LakeOfWeeks) -> None:
    after = WEEK.shift(1)
    lake.put_run(after, 9, 9)
    execute(lake, after)
    _, reports = execute(lake)
    assert [(report.week, report.outcome) for report in reports] == [
        ("2025-W45", Outcome.CURATED),
        ("2025-W46", Outcome.SUMMARY),
    ]


@pytest.mark.parametrize("bad_keys", [0, 2])
def test_a_week_without_runs_needs_no_part(s3: "S3Client", bad_keys: int) -> None:
    lake = LakeOfWeeks(s3, BUCKET)
    for number in range(bad_keys):
        s3.put_object(Bucket=BUCKET, Key=f"raw/dt={WEEK.monday}/{number}.jsonl", Body=b"{}")
    ended, (report,) = execute(lake)
    assert ended.next is Next.DONE
    assert (report.outcome, report.bad_keys) == (Outcome.CURATED if bad_keys else Outcome.EMPTY, bad_keys)


def test_an_archived_week_fails_with_what_to_do(lake: LakeOfWeeks) -> None:
    key = lake.put_run(WEEK, 9, run_id=LATE)
    lake.s3.put_object(Bucket=BUCKET, Key=str(key), Body=b"x", StorageClass="DEEP_ARCHIVE")
    ended, reports = execute(lake)
    assert (ended.next, reports) == (Next.FAILED, [])
    assert ended.failed == [f"2025-W45: ArchivedError: {key}: archived: restore the week's objects first"]


def test_a_week_is_tried_so_many_times(lake: LakeOfWeeks) -> None:
    curator = lake.curator()
    steps = Steps(curator, PartStore(curator.store), lambda _: None)
    progress = Progress(weeks=[str(WEEK)])
    for attempt in range(1, ATTEMPTS + 1):
        planned = steps.plan(progress)
        assert (planned.attempt, planned.to_do) == (attempt, 3)
        # without its parts
        progress = steps.finish(planned)
        assert progress.next is (Next.PLAN if attempt < ATTEMPTS else Next.FAILED)
