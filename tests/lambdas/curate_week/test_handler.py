import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from lambdas.curate_week import handler as module
from lambdas.curate_week.handler import handler
from lambdas.curate_week.session import CurationError
from schemas.curation import RequestError
from schemas.keys.grammar import CuratedFile
from schemas.keys.weeks import Week, WeekError
from schemas.names import Metric, Variable
from tests.lambdas.curate_week.conftest import BUCKET
from tests.lambdas.curate_week.lake import LakeOfWeeks

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WEEK = Week(2025, 45)
REQUEST = {"weeks": [str(WEEK)]}


@dataclass
class Context:
    """An invocation with this much time."""

    seconds: float = 900.0
    function_name: str = "CurateWeek"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@dataclass
class Lambda:
    """Takes invocations."""

    invoked: list[Mapping[str, object]] = field(default_factory=list)

    def invoke(self, **request: object) -> None:
        self.invoked.append(request)


@pytest.fixture
def lake(s3: "S3Client", monkeypatch: pytest.MonkeyPatch) -> LakeOfWeeks:
    lake = LakeOfWeeks(s3, BUCKET)
    monkeypatch.setattr(module, "_curator", lake.curator)
    monkeypatch.setenv(Variable.METRIC_NAMESPACE, "SocraticBench")
    return lake


@pytest.fixture
def invocations(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, object]]:
    client = Lambda()
    monkeypatch.setattr(module, "_lambda", lambda: client)
    return client.invoked


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


def test_weeks_for_which_the_time_is_short_go_to_one_other_invocation(
    lake: LakeOfWeeks, invocations: list[Mapping[str, object]]
) -> None:
    weeks = [WEEK, WEEK.shift(1), WEEK.shift(2)]
    for week in weeks:
        lake.put_run(week, 9)
    answer = handler({"weeks": [*map(str, weeks)], "force": True}, Context(seconds=30))
    assert [week["outcome"] for week in answer["weeks"]] == ["curated", "deferred", "deferred"]
    (request,) = invocations
    assert (request["FunctionName"], request["InvocationType"]) == ("CurateWeek", "Event")
    payload = request["Payload"]
    assert isinstance(payload, bytes)
    assert json.loads(payload) == {"weeks": [*map(str, weeks[1:])], "force": True}


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
    answer = handler({"weeks": [*map(str, weeks)], "report_failures": True}, Context())
    assert [week["week"] for week in answer["weeks"]] == [str(weeks[1])]
    assert answer["failures"] == ["2025-W45: ConnectionError: S3 is away"]


@pytest.mark.parametrize(
    ("event", "error", "message"),
    [
        ({"weeks": ["2025-W60"]}, WeekError, "expected an ISO week"),
        ({"weeks": []}, RequestError, "0 weeks: expected 1 to 60"),
        ({"week": "2025-W45"}, RequestError, "unknown field `week`"),
    ],
)
def test_a_bad_request_is_refused_before_anything_is_done(
    event: object, error: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_curator", lambda: pytest.fail("a client was made"))
    with pytest.raises(error, match=message):
        handler(event, Context())
