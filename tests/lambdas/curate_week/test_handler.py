import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from msgspec import to_builtins

from lambdas.curate_week import handler as module
from lambdas.curate_week.handler import handler
from lambdas.curate_week.session import CurationError
from schemas.curation import Progress, RequestError
from schemas.keys.grammar import CuratedFile
from schemas.keys.weeks import Week, WeekError
from schemas.names import Metric, Variable
from tests.lambdas.curate_week.conftest import BUCKET
from tests.lambdas.curate_week.lake import LakeOfWeeks
from tests.schemas.examples import RUN_ID

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WEEK = Week(2025, 45)
OTHER_RUN = "01HQVZ3K9X9876543210FEDCBA"
REQUEST = {"weeks": [str(WEEK)]}


@dataclass
class Context:
    """An invocation with this much time."""

    seconds: float = 900.0

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@dataclass
class Machines:
    """Takes executions."""

    started: list[Mapping[str, str]] = field(default_factory=list)

    def start_execution(self, **request: str) -> Mapping[str, str]:
        self.started.append(request)
        return {"executionArn": "arn"}


@pytest.fixture
def lake(s3: "S3Client", monkeypatch: pytest.MonkeyPatch) -> LakeOfWeeks:
    lake = LakeOfWeeks(s3, BUCKET)
    monkeypatch.setattr(module, "_curator", lake.curator)
    monkeypatch.setenv(Variable.METRIC_NAMESPACE, "SocraticBench")
    return lake


@pytest.fixture
def executions(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    machines = Machines()
    monkeypatch.setenv(Variable.CURATE_PARTS, "the machine's ARN")
    monkeypatch.setattr("boto3.client", lambda service: {"stepfunctions": machines}[service])
    return machines.started


def metrics(output: str) -> Mapping[str, float]:
    (logged,) = (json.loads(text) for text in output.splitlines())
    (directive,) = logged["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("SocraticBench", [[]])
    return {metric["Name"]: logged[metric["Name"]] for metric in directive["Metrics"]}


def test_weeks_are_curated_reported_and_counted(lake: LakeOfWeeks, capsys: pytest.CaptureFixture[str]) -> None:
    key = lake.put_run(WEEK, 9, 8)
    lake.s3.put_object(Bucket=BUCKET, Key=str(key).replace("2025-11-05", "2025-11-06"), Body=b"nonsense")
    answer = handler(REQUEST, Context())
    (report,) = answer["weeks"]
    assert json.dumps(answer)
    assert (report["week"], report["outcome"], report["lines"], report["rejected"]) == ("2025-W45", "curated", 3, 1)
    written = sum(len(lake.body(WEEK, file)) for file in CuratedFile)
    assert metrics(capsys.readouterr().out) == {
        Metric.CURATED_WEEKS: 1,
        Metric.CURATED_ROWS: 2,
        Metric.REJECTED_LINES: 1,
        Metric.REJECTED_SHARE: pytest.approx(100 / 3),
        Metric.DUPLICATES: 0,
        Metric.CURATION_BYTES_IN: report["bytes_in"],
        Metric.TOO_LARGE: 0,
        Metric.CURATION_BYTES_OUT: written,
        Metric.CURATION_SECONDS: 0,
        Metric.REGRESSIONS: 0,
    }


def test_each_week_is_logged_with_its_figures(lake: LakeOfWeeks, caplog: pytest.LogCaptureFixture) -> None:
    lake.put_run(WEEK, 9, 8)
    with caplog.at_level(logging.INFO):
        handler(REQUEST, Context())
    (record,) = [each for each in caplog.records if each.getMessage() == "curated"]
    assert (vars(record)["week"], vars(record)["rows"]) == ("2025-W45", 2)


def test_the_schedules_event_looks_at_the_window(lake: LakeOfWeeks, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(handler({}, Context())["weeks"]) == 12
    assert metrics(capsys.readouterr().out)[Metric.CURATED_WEEKS] == 0
    assert lake.versions() == {}


def test_a_dry_run_writes_and_counts_nothing(lake: LakeOfWeeks, capsys: pytest.CaptureFixture[str]) -> None:
    lake.put_run(WEEK, 9)
    answer = handler({**REQUEST, "dry_run": True}, Context())
    assert [week["outcome"] for week in answer["weeks"]] == ["curated"]
    assert lake.versions() == {}
    assert capsys.readouterr().out == ""


def test_weeks_for_which_the_time_is_short_go_to_one_execution(
    lake: LakeOfWeeks, executions: list[Mapping[str, str]]
) -> None:
    weeks = [WEEK, WEEK.shift(1)]
    for week in weeks:
        lake.put_run(week, 9)
    answer = handler({"weeks": [*map(str, weeks)], "force": True}, Context(seconds=30))
    assert [week["outcome"] for week in answer["weeks"]] == ["started", "started"]
    assert answer["execution"] == "arn"
    (request,) = executions
    assert request["stateMachineArn"] == "the machine's ARN"
    progress = json.loads(request["input"])
    assert (progress["weeks"], progress["force"], progress["next"]) == ([*map(str, weeks)], True, "plan")


def test_the_steps_of_the_state_machine_are_requests_of_the_function(
    lake: LakeOfWeeks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lambdas.curate_week.plan.PART_WORK", 1)
    monkeypatch.setattr("lambdas.curate_week.steps.PART_WORK", 1)
    for run_id in (RUN_ID, OTHER_RUN):
        lake.put_run(WEEK, 9, 8, run_id=run_id)
    progress: Mapping[str, object] = to_builtins(Progress(weeks=[str(WEEK)]))
    planned = handler({"step": "plan", "progress": progress}, Context())
    to_do = json.loads(lake.s3.get_object(Bucket=BUCKET, Key=planned["to_do_key"])["Body"].read())
    assert (planned["to_do"], len(to_do)) == (2, 2)
    assert capsys.readouterr().out == ""
    for task in to_do:
        assert handler({"step": "part", "task": task}, Context()) == {}
    ended = handler({"step": "finish", "progress": planned}, Context())
    assert (ended["weeks"], ended["next"], ended["failed"]) == ([], "done", [])
    assert metrics(capsys.readouterr().out)[Metric.CURATED_ROWS] == 4
    # Step Functions hands on no more than 256 KiB.
    assert len(json.dumps(planned)) < 2_000


def test_a_failed_week_raises_after_the_others(
    lake: LakeOfWeeks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    weeks = [WEEK, WEEK.shift(1)]
    for week in weeks:
        lake.put_run(week, 9)
    curator = lake.curator()
    look = type(curator).look

    def failing(self: object, target: SimpleNamespace, **options: bool) -> object:
        if target.week == WEEK:
            raise ConnectionError("S3 is away")
        return look(self, target, **options)  # type: ignore[arg-type] # passed through

    monkeypatch.setattr(type(curator), "look", failing)
    with pytest.raises(CurationError, match=r"^2025-W45: ConnectionError: S3 is away$"):
        handler({"weeks": [*map(str, weeks)]}, Context())
    assert metrics(capsys.readouterr().out)[Metric.CURATED_WEEKS] == 1
    assert lake.table(weeks[1], CuratedFile.TURNS)


@pytest.mark.parametrize(
    ("event", "error", "message"),
    [
        ({"weeks": ["2025-W60"]}, WeekError, "expected an ISO week"),
        ({"weeks": []}, RequestError, "0 weeks: expected 1 to 60"),
        ({"week": "2025-W45"}, RequestError, "unknown field `week`"),
        ({"step": "other"}, RequestError, "Invalid value 'other'"),
        ({"step": "plan"}, RequestError, "missing required field `progress`"),
    ],
)
def test_a_bad_request_is_refused_before_anything_is_done(
    event: object, error: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_curator", lambda: pytest.fail("a client was made"))
    with pytest.raises(error, match=message):
        handler(event, Context())
