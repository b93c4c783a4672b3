"""`ops report`: which weeks it makes pages of, and what bad input gets: one line that says what to do, exit 2."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from ops import cli
from ops.report import reading
from ops.report.reading import read_week
from schemas.curation import due_at
from schemas.keys.grammar import CuratedFile, CuratedTable
from schemas.keys.layout import CuratedKey, ReportKey, SymlinkKey
from schemas.keys.weeks import Week
from tests.lambdas.curate_week.lake import LakeOfWeeks, raw_key, run_body
from tests.ops.conftest import Deployed
from tests.schemas.examples import line

WEEKS = (Week(2025, 43), Week(2025, 44), Week(2025, 45))
LAST = WEEKS[-1]


@pytest.fixture
def lake(deployed: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LakeOfWeeks:
    """Three curated weeks; the last has a line twice and one that is refused."""
    monkeypatch.chdir(tmp_path)
    lake = LakeOfWeeks(deployed.s3, deployed.bucket)
    for week in WEEKS:
        lake.put_run(week, 9, 8, 7)
    key = raw_key(LAST)
    twice = line(run_id=key.run_id, model=key.model, phase=key.phase, turn=3, score=7) + b"\n{\n"
    lake.s3.put_object(Bucket=lake.bucket, Key=str(key), Body=run_body(key, 9, 8, 7) + twice)
    for week in WEEKS:
        lake.curate(week)
    return lake


def report(*arguments: str) -> int:
    return cli.main(["report", *arguments])


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    try:
        code: object = report(*arguments)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    found = capsys.readouterr()
    assert (found.out, found.err.count("\n")) == ("", 1)
    return found.err


@pytest.mark.usefixtures("lake")
def test_a_page_is_of_the_newest_week(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report("--json") == 0
    (found,) = json.loads(capsys.readouterr().out)["reports"]
    assert (found["week"], found["weeks"], found["report"]) == (str(LAST), 3, f"report-{LAST}.html")
    text = (tmp_path / f"report-{LAST}.html").read_text(encoding="utf-8")
    assert f"<h1>socratic-bench, week {LAST}</h1>" in text
    assert len(text.encode()) == found["bytes"]
    assert "1 lines were refused and 1 left out as duplicates, beside 3 turns." in text


@pytest.mark.usefixtures("lake")
def test_each_week_that_is_named_has_a_page_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report("2025-W45", "2025-W44", "--json") == 0
    found = json.loads(capsys.readouterr().out)["reports"]
    assert [(it["week"], it["weeks"]) for it in found] == [("2025-W44", 2), ("2025-W45", 3)]
    assert {file.name for file in tmp_path.glob("*.html")} == {"report-2025-W44.html", "report-2025-W45.html"}
    assert report("2025-W45", "--since", "2025-W44", "--to", "page.html") == 0
    assert "2025-W43" not in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_published_page_is_one_of_the_lake_and_the_same_again(lake: LakeOfWeeks) -> None:
    contents = []
    for _ in range(2):
        assert report("--publish") == 0
        found = lake.s3.get_object(Bucket=lake.bucket, Key=str(ReportKey(LAST)))
        assert found["ContentType"] == "text/html; charset=utf-8"
        contents.append(found["Body"].read())
    assert contents[0] == contents[1]


def test_a_week_that_is_being_published_is_not_the_newest(
    lake: LakeOfWeeks, capsys: pytest.CaptureFixture[str]
) -> None:
    lake.s3.delete_object(Bucket=lake.bucket, Key=str(CuratedKey(LAST, CuratedFile.REJECTED)))
    assert report("--json") == 0
    assert [it["week"] for it in json.loads(capsys.readouterr().out)["reports"]] == ["2025-W44"]
    assert f"week {LAST} is being published, or was left half-way: run `ops curate {LAST}`" in refused(
        capsys, str(LAST)
    )


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["2025-W60"], "2025-W60"),
        (["2025-45"], "an ISO week YYYY-WNN that exists, such as 2025-W45"),
        (["2025-W46"], "week 2025-W46 is not curated: run `ops curate 2025-W46`"),
        (["2025-W45", "--since", "2025-W46"], "--since 2025-W46: expected 2025-W45 or an earlier week"),
        (["2025-W44", "2025-W45", "--to", "x.html"], "--to x.html: expected one week"),
        (["2025-W45", "--to", "no/such/folder.html"], "no/such/folder.html"),
    ],
)
def test_a_wrong_week_is_named_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert says in refused(capsys, *arguments)


def test_a_week_of_an_older_version_is_to_be_curated_again(
    lake: LakeOfWeeks, capsys: pytest.CaptureFixture[str]
) -> None:
    lake.s3.delete_object(Bucket=lake.bucket, Key=str(SymlinkKey(CuratedTable.CURATED_RUNS, LAST)))
    says = f"week {LAST} was curated by an older version, without its runs: run `ops curate {LAST}`"
    assert says in refused(capsys, str(LAST))


@pytest.mark.usefixtures("deployed")
def test_a_lake_without_a_week_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no week is curated: run `ops curate`" in refused(capsys)


def test_runs_that_were_written_after_their_week_was_due_are_late(
    lake: LakeOfWeeks, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = lake.curator().store
    assert read_week(store, LAST, late=True).late == 1
    assert read_week(store, LAST).late is None
    # What moto wrote now was in time for a week that is due tomorrow.
    monkeypatch.setattr(reading, "due_at", lambda week: due_at(week) + timedelta(days=365_000))
    assert read_week(store, LAST, late=True).late == 0


def test_duplicates_of_a_week_of_an_older_version_are_not_known(lake: LakeOfWeeks) -> None:
    store = lake.curator().store
    assert read_week(store, LAST).duplicates == 1
    key = str(CuratedKey(LAST, CuratedFile.REJECTED))
    found = lake.s3.get_object(Bucket=lake.bucket, Key=key)
    metadata = {name: value for name, value in found["Metadata"].items() if name != "duplicates"}
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=found["Body"].read(), Metadata=metadata)
    assert read_week(store, LAST).duplicates is None
