"""Weeks in a bucket: what is published, when, and what a crash or another invocation leaves behind."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lake.published import PublishedFile
from lambdas.curate_week import curator as module
from lambdas.curate_week.plan import Target
from lambdas.curate_week.store import ConflictError, WeekStore
from schemas.curation import Measure, Outcome
from schemas.keys.grammar import CuratedFile, CuratedTable, Key
from schemas.keys.layout import CuratedKey, SymlinkKey
from schemas.keys.weeks import Week
from schemas.models import ModelConfig
from tests.lambdas.curate_week.conftest import BUCKET
from tests.lambdas.curate_week.lake import MODEL, LakeOfWeeks, run_body
from tests.schemas.examples import RUN_ID

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WEEK = Week(2025, 45)
OTHER_RUN = "01HQVZ3K9X9876543210FEDCBA"


@pytest.fixture
def lake(s3: "S3Client") -> LakeOfWeeks:
    return LakeOfWeeks(s3, BUCKET)


def generations(lake: LakeOfWeeks, week: Week = WEEK) -> set[str]:
    return {lake.metadata(week, file)["generated-from"] for file in CuratedFile}


def test_a_week_is_published_with_its_manifests(lake: LakeOfWeeks) -> None:
    lake.put_run(WEEK, 9, 8, 7)
    report = lake.curate(WEEK)
    assert (report.outcome, report.objects, report.lines, report.rows) == (Outcome.CURATED, 1, 3, 3)
    assert [row["score"] for row in lake.table(WEEK, CuratedFile.TURNS)] == [9, 8, 7]
    assert len(lake.table(WEEK, CuratedFile.WEEKLY_SUMMARY)) == 1
    assert lake.body(WEEK, CuratedFile.REJECTED) == b""
    (run,) = lake.table(WEEK, CuratedFile.RUNS)
    assert (run["turns_count"], run["last_turn"], run["half_life_turn"], run["compliant_turns"]) == (3, 3, None, 2)
    for table, file in (
        ("curated_turns", "turns"),
        ("curated_runs", "runs"),
        ("weekly_summary", "weekly_summary"),
    ):
        manifest = lake.s3.get_object(Bucket=BUCKET, Key=f"curated/symlinks/{table}/week=2025-W45/symlink.txt")
        assert {manifest["Metadata"]["generated-from"]} == generations(lake)
        assert manifest["Body"].read() == f"s3://{BUCKET}/curated/week=2025-W45/{file}.parquet\n".encode()


def test_files_are_published_before_the_manifests_and_that_of_the_turns_last(lake: LakeOfWeeks) -> None:
    lake.put_run(WEEK, 9)
    written: list[str] = []

    class Watched(WeekStore):
        def put(self, key: Key, path: Path, *, over: PublishedFile | None, metadata: Mapping[str, str]) -> None:
            written.append(path.name)
            super().put(key, path, over=over, metadata=metadata)

        def show(self, key: SymlinkKey, *args: object, **kwargs: object) -> None:
            written.append(key.table)
            super().show(key, *args, **kwargs)  # type: ignore[arg-type]

    lake.curate(WEEK, curator=lake.curator(Watched(lake.s3, BUCKET)))
    assert written == [
        *("_rejected.jsonl", "weekly_summary.parquet", "runs.parquet", "turns.parquet"),
        *("curated_runs", "weekly_summary", "curated_turns"),
    ]


def test_an_unchanged_week_is_left_alone(lake: LakeOfWeeks) -> None:
    lake.put_run(WEEK, 9, 8)
    lake.curate(WEEK)
    before = lake.versions()
    assert lake.curate(WEEK).outcome is Outcome.UNCHANGED
    assert lake.versions() == before


def test_force_writes_the_same_bytes_again(lake: LakeOfWeeks) -> None:
    lake.put_run(WEEK, 9, 8)
    lake.curate(WEEK)
    before, bodies = lake.versions(), [lake.body(WEEK, file) for file in CuratedFile]
    assert lake.curate(WEEK, force=True).outcome is Outcome.CURATED
    assert lake.versions() != before
    assert [lake.body(WEEK, file) for file in CuratedFile] == bodies


def test_late_data_reopens_its_week(lake: LakeOfWeeks) -> None:
    lake.put_run(WEEK, 9, 8)
    lake.curate(WEEK)
    lake.put_run(WEEK, 5, run_id=OTHER_RUN)
    assert lake.curate(WEEK).outcome is Outcome.CURATED
    assert len(lake.table(WEEK, CuratedFile.TURNS)) == 3
    assert len(generations(lake)) == 1


def test_another_price_reopens_the_week(lake: LakeOfWeeks) -> None:
    lake.put_run(WEEK, 9)
    lake.curate(WEEK)
    dearer = ModelConfig(MODEL.model_id, "p", "e", "v", cost_per_1m_prompt=4, cost_per_1m_completion=15, max_tokens=1)
    assert lake.curate(WEEK, curator=lake.curator(models=[dearer])).outcome is Outcome.CURATED
    unused = ModelConfig("unused", "p", "e", "v", cost_per_1m_prompt=4, cost_per_1m_completion=15, max_tokens=1)
    assert lake.curate(WEEK, curator=lake.curator(models=[dearer, unused])).outcome is Outcome.UNCHANGED


def test_an_empty_week_publishes_nothing(lake: LakeOfWeeks) -> None:
    assert lake.curate(WEEK).outcome is Outcome.EMPTY
    assert lake.versions() == {}


def test_a_week_of_bad_keys_alone_is_published_without_rows(lake: LakeOfWeeks) -> None:
    lake.s3.put_object(Bucket=BUCKET, Key=f"raw/dt={WEEK.monday}/nonsense.jsonl", Body=b"{}")
    report = lake.curate(WEEK)
    assert (report.outcome, report.bad_keys, report.lines) == (Outcome.CURATED, 1, 0)
    assert lake.table(WEEK, CuratedFile.TURNS) == lake.table(WEEK, CuratedFile.WEEKLY_SUMMARY) == []
    assert lake.curate(WEEK).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize(
    ("week", "after"),
    [(Week(2025, 45), Week(2025, 46)), (Week(2020, 53), Week(2021, 1)), (Week(2025, 52), Week(2026, 1))],
)
def test_changes_are_against_the_calendars_week_before(lake: LakeOfWeeks, week: Week, after: Week) -> None:
    lake.put_run(week, 9, 9, 7, 7)  # half of the turns comply
    lake.put_run(after, 9, 9, 9, 7)  # three quarters do
    lake.curate(week)
    lake.curate(after)
    (row,) = lake.table(after, CuratedFile.WEEKLY_SUMMARY)
    assert row["wow_compliance_change"] == 0.5
    (first,) = lake.table(week, CuratedFile.WEEKLY_SUMMARY)
    assert (first["wow_compliance_change"], first["wow_half_life_change"]) == (None, None)


def test_what_regressed_is_reported_where_a_summary_is_written_and_only_there(lake: LakeOfWeeks) -> None:
    before, week = Week(2025, 44), Week(2025, 45)
    for n in range(8):
        lake.put_run(week, 9, *[7] * (n % 3 + 1), run_id=f"{RUN_ID[:-1]}{n}")
        lake.put_run(before, 9, 9, 9, run_id=f"{RUN_ID[:-1]}{n}")
    assert lake.curate(week).regressions == []
    lake.curate(before)
    found = lake.curate(week).regressions or []
    assert [(it.model, it.phase, it.measure) for it in found] == [
        (MODEL.model_id, "P2", Measure.COMPLIANCE),
        (MODEL.model_id, "P2", Measure.HALF_LIFE),
    ]
    assert (found[0].before, found[0].runs, found[0].runs_before) == (1, 8, 8)
    assert found[0].low < found[0].effect < found[0].high < 0
    assert lake.curate(week).regressions is None
    assert lake.curate(week, force=True).regressions == found


def test_a_changed_week_rewrites_its_successors_summary_and_no_further_one(lake: LakeOfWeeks) -> None:
    weeks = [Week(2025, 44), Week(2025, 45), Week(2025, 46)]
    for week in weeks:
        lake.put_run(week, 9, 9, 7, 7)
        lake.curate(week)
    before = lake.versions()
    lake.put_run(weeks[0], 9, 9, run_id=OTHER_RUN)
    outcomes = [lake.curate(week).outcome for week in weeks]
    assert outcomes == [Outcome.CURATED, Outcome.SUMMARY, Outcome.UNCHANGED]
    changed = {key for key, version in lake.versions().items() if before[key] != version}
    assert changed == {
        *(str(CuratedKey(weeks[0], file)) for file in CuratedFile),
        *(str(SymlinkKey(table, weeks[0])) for table in CuratedTable),
        str(CuratedKey(weeks[1], CuratedFile.WEEKLY_SUMMARY)),
    }
    assert lake.table(weeks[1], CuratedFile.WEEKLY_SUMMARY)[0]["wow_compliance_change"] == (0.5 - 0.75) / 0.75
    assert len(generations(lake, weeks[1])) == 1


def test_a_week_that_nobody_asked_for_gets_its_changes_alone(lake: LakeOfWeeks) -> None:
    weeks = [Week(2025, 44), Week(2025, 45)]
    for week in weeks:
        lake.put_run(week, 9, 9, 7, 7)
        lake.curate(week)
    lake.put_run(weeks[1], 9, run_id=OTHER_RUN)
    assert lake.curate(weeks[1], asked=False).outcome is Outcome.UNCHANGED
    lake.put_run(weeks[0], 9, run_id=OTHER_RUN)
    lake.curate(weeks[0])
    assert lake.curate(weeks[1], asked=False).outcome is Outcome.SUMMARY
    assert len(lake.table(weeks[1], CuratedFile.TURNS)) == 4
    assert lake.curate(Week(2025, 46), asked=False).outcome is Outcome.UNCHANGED


class CrashError(RuntimeError):
    pass


@dataclass(frozen=True)
class Interrupted(WeekStore):
    """Does something before its n-th write."""

    at: int = 0
    action: Callable[[], None] = lambda: None
    done: tuple[list[int], ...] = ()

    def put(self, key: Key, path: Path, *, over: PublishedFile | None, metadata: Mapping[str, str]) -> None:
        self._step()
        super().put(key, path, over=over, metadata=metadata)

    def show(self, key: SymlinkKey, *args: object, **kwargs: object) -> None:
        self._step()
        super().show(key, *args, **kwargs)  # type: ignore[arg-type]

    def _step(self) -> None:
        (steps,) = self.done
        steps.append(1)
        if len(steps) == self.at:
            self.action()


def interrupted(lake: LakeOfWeeks, at: int, action: Callable[[], None]) -> module.Curator:
    return lake.curator(Interrupted(lake.s3, BUCKET, at, action, ([],)))


def crash() -> None:
    raise CrashError


@pytest.mark.parametrize("step", range(1, 8))
@pytest.mark.parametrize("again", [False, True], ids=["first time", "over an older generation"])
def test_a_crash_leaves_valid_files_and_the_next_run_completes_the_week(
    lake: LakeOfWeeks,
    step: int,
    again: bool,  # noqa: FBT001 - pytest passes by name
) -> None:
    lake.put_run(WEEK, 9, 8)
    if again:
        lake.curate(WEEK)
        lake.put_run(WEEK, 5, 5, run_id=OTHER_RUN)
    with pytest.raises(CrashError):
        lake.curate(WEEK, curator=interrupted(lake, step, crash))
    there = [key for key in lake.versions() if key.endswith(".parquet")]
    for file in (CuratedFile.TURNS, CuratedFile.RUNS, CuratedFile.WEEKLY_SUMMARY):
        if str(CuratedKey(WEEK, file)) in there:
            assert lake.table(WEEK, file)
    look = lake.curator().look(Target(WEEK))
    assert look.outcome is Outcome.CURATED
    lake.curate(WEEK)
    assert len(lake.table(WEEK, CuratedFile.TURNS)) == (4 if again else 2)
    assert generations(lake) == {look.generated_from}
    assert lake.curate(WEEK).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize("step", range(1, 8))
@pytest.mark.parametrize("late", [False, True], ids=["same inputs", "later inputs"])
def test_two_invocations_of_a_week_at_a_time_do_no_harm(
    lake: LakeOfWeeks,
    step: int,
    late: bool,  # noqa: FBT001 - pytest passes by name
) -> None:
    lake.put_run(WEEK, 9, 8)

    def other() -> None:
        if late:
            lake.put_run(WEEK, 5, 5, run_id=OTHER_RUN)
        lake.curate(WEEK)

    lake.curate(WEEK, curator=interrupted(lake, step, other))
    lake.curate(WEEK)
    assert len(lake.table(WEEK, CuratedFile.TURNS)) == (4 if late else 2)
    assert generations(lake) == {lake.curator().look(Target(WEEK)).generated_from}
    assert lake.curate(WEEK).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize("step", range(1, 8))
def test_the_last_of_two_writers_finds_a_mixture_although_manifests_of_all_generations_are_alike(
    lake: LakeOfWeeks, step: int
) -> None:
    lake.put_run(WEEK, 9, 8)
    lake.curate(WEEK)
    lake.put_run(WEEK, 5, 5, run_id=OTHER_RUN)

    def other() -> None:
        lake.put_run(WEEK, 4, run_id=f"{OTHER_RUN[:-1]}Z")
        assert lake.curate(WEEK).outcome is Outcome.CURATED

    lake.curate(WEEK, curator=interrupted(lake, step, other))
    assert len(lake.table(WEEK, CuratedFile.TURNS)) == 5
    look = lake.curator().look(Target(WEEK))
    assert (look.published.generation, look.outcome) == (look.generated_from, Outcome.UNCHANGED)


def test_a_run_that_is_too_large_is_one_entry_an_object_and_the_week_is_published(
    lake: LakeOfWeeks, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = lake.put_run(WEEK, *[9] * 9)
    monkeypatch.setattr("lambdas.curate_week.inputs.LARGEST_RUN", len(run_body(large, *[9] * 9)) - 1)
    lake.put_run(WEEK, 8, run_id=OTHER_RUN)
    report = lake.curate(WEEK)
    assert (report.outcome, report.objects, report.too_large, report.rows) == (Outcome.CURATED, 2, 1, 1)
    assert json.loads(lake.body(WEEK, CuratedFile.REJECTED)) == {
        "key": str(large), "line": None, "reason": "too_large", "raw": None,
    }  # fmt: skip
    assert [row["run_id"] for row in lake.table(WEEK, CuratedFile.TURNS)] == [OTHER_RUN]


def test_a_stale_invocation_never_ends_above_a_later_one(lake: LakeOfWeeks) -> None:
    lake.put_run(WEEK, 9, 8)
    curator, target = lake.curator(), Target(WEEK)
    stale = curator.look(target)
    lake.put_run(WEEK, 5, 5, run_id=OTHER_RUN)
    lake.curate(WEEK)
    assert curator.carry_out(target, stale).outcome is Outcome.UNCHANGED
    assert len(lake.table(WEEK, CuratedFile.TURNS)) == 4


def test_an_object_that_changes_while_it_is_read_makes_the_week_start_afresh(lake: LakeOfWeeks) -> None:
    key = lake.put_run(WEEK, 9, 8)
    curator, target = lake.curator(), Target(WEEK)
    look = curator.look(target)
    lake.put_run(WEEK, 7, 7, 7)
    report = curator.carry_out(target, look)
    assert (report.rows, key.run_id) == (3, RUN_ID)
    assert len(generations(lake)) == 1


def test_whoever_meets_others_every_time_gives_up(lake: LakeOfWeeks) -> None:
    lake.put_run(WEEK, 9)
    lake.curate(WEEK)

    class Contended(WeekStore):
        def put(self, key: Key, *_: object, **__: object) -> None:
            raise ConflictError(str(key))

    with pytest.raises(ConflictError):
        lake.curate(WEEK, force=True, curator=lake.curator(Contended(lake.s3, BUCKET)))


def test_lines_that_do_not_add_up_publish_nothing(lake: LakeOfWeeks, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.put_run(WEEK, 9)

    def mismatch(*_: object, **__: object) -> None:
        raise module_error()

    module_error = type("MismatchError", (RuntimeError,), {})
    monkeypatch.setattr(module, "curate", mismatch)
    with pytest.raises(RuntimeError):
        lake.curate(WEEK)
    assert lake.versions() == {}
