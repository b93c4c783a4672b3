"""`ops curate` with a function that answers as the deployed one, and with the engine in this process."""

import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from botocore.exceptions import ClientError

from ops import cli
from ops.aws import Aws
from ops.curation import CurationFailedError
from ops.curation.command import asked_weeks, merged, to_curate
from ops.curation.deployed import DeployedEngine
from ops.failures import CommandError
from schemas.curation import CurationReport, CurationRequest, Outcome, WeekReport, parse_request, requested_weeks
from schemas.keys.weeks import Week
from schemas.names import PRIMARY_REGION, Function, Names, Part
from tests.ops.conftest import Regions

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

CURRENT = Week(2026, 2)


def report(week: str, outcome: Outcome = Outcome.CURATED, *, size: int = 0) -> WeekReport:
    return WeekReport(week=week, outcome=outcome, bytes_in=size)


@dataclass
class CurateWeek:
    """The function: what it finds of weeks, and which of them it fails."""

    found: Mapping[str, Outcome] = field(default_factory=dict)
    failing: Sequence[str] = ()
    unreadable: Sequence[str] = ()
    reason: str = "{week}: OSError: disk full"
    refused: Sequence[str] = ()
    requests: list[CurationRequest] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Mapping[str, object]:  # noqa: N803 (boto3's names)
        assert FunctionName == "CurateWeek"
        request = parse_request(json.loads(Payload))
        assert isinstance(request, CurationRequest)
        self.requests.append(request)
        weeks = [*map(str, requested_weeks(request, current=CURRENT))]
        if not request.dry_run and weeks[0] in self.refused:
            raise ClientError({"Error": {"Code": "ExpiredTokenException", "Message": "expired"}}, "Invoke")
        failed = [week for week in weeks if week in (self.unreadable if request.dry_run else self.failing)]
        if failed and not request.report_failures:
            error = {"errorMessage": self.reason.format(week=failed[0]), "errorType": "CurationError"}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(error).encode())}
        reports = [
            report(week, self.found.get(week, Outcome.UNCHANGED), size=1_000_000)
            for week in weeks
            if week not in failed
        ]
        if not request.dry_run:
            # The week that compares itself with the last one.
            failed += [week for week in [str(Week.parse(weeks[-1]).shift(1))] if week in self.failing]
        failures = [self.reason.format(week=week) for week in failed]
        execution = "arn" if not request.dry_run and Outcome.STARTED in self.found.values() else None
        return {"Payload": io.BytesIO(msgspec.json.encode(CurationReport(reports, failures, execution)))}


@dataclass
class Machines:
    """Step Functions with one execution, whose map has done one more part at each look."""

    ending: str = "SUCCEEDED"
    parts: int = 3
    looks: int = 0

    def describe_execution(self, *, executionArn: str) -> Mapping[str, object]:  # noqa: N803 (boto3's names)
        assert executionArn == "arn"
        return {"status": "RUNNING" if self.looks < self.parts else self.ending}

    def list_map_runs(self, *, executionArn: str) -> Mapping[str, object]:  # noqa: N803 (boto3's names)
        assert executionArn == "arn"
        return {"mapRuns": [{"mapRunArn": "map"}]}

    def describe_map_run(self, *, mapRunArn: str) -> Mapping[str, object]:  # noqa: N803 (boto3's names)
        assert mapRunArn == "map"
        self.looks += 1
        return {"itemCounts": {"succeeded": self.looks, "total": self.parts}}


def engine(function: CurateWeek, machines: Machines, follow: Callable[[int], object]) -> DeployedEngine:
    return DeployedEngine(
        client=cast("LambdaClient", function),
        function="CurateWeek",
        machines=machines,
        follow=follow,
        sleep=lambda _: None,
    )


def test_an_execution_is_followed_to_its_end() -> None:
    function, read = CurateWeek(found={"2025-W45": Outcome.STARTED}), list[int]()
    (found,) = engine(function, Machines(parts=1), read.append).ask(CurationRequest(weeks=["2025-W45"]))
    assert (found.week, found.outcome) == ("2025-W45", Outcome.CURATED)
    assert read == [1_000_000]
    assert [request.dry_run for request in function.requests] == [False, True]


def test_an_execution_that_fails_is_named() -> None:
    function = CurateWeek(found={"2025-W45": Outcome.STARTED})
    with pytest.raises(CurationFailedError, match=r"^2025-W45: arn ended as FAILED: `ops logs CurateWeek --errors`"):
        engine(function, Machines(ending="FAILED"), lambda _: None).ask(CurationRequest(weeks=["2025-W45"]))


@pytest.fixture
def function(regions: Regions, moto: None, monkeypatch: pytest.MonkeyPatch) -> CurateWeek:
    assert moto is None
    regions[PRIMARY_REGION].stacks[Names().stack(Part.CURATION)] = {Function.CURATE_WEEK.output: "CurateWeek"}
    function = CurateWeek()
    monkeypatch.setattr(Aws, "_lambda", lambda _: function)
    monkeypatch.setattr(Aws, "_step_functions", lambda _: Machines())
    return function


def curate(*arguments: str) -> int:
    return cli.main(["curate", *arguments])


def test_the_weeks_that_changed_are_curated_one_after_the_other(
    function: CurateWeek, capsys: pytest.CaptureFixture[str]
) -> None:
    function.found = {"2025-W45": Outcome.CURATED, "2025-W47": Outcome.SUMMARY}
    assert curate("2025-W47", "2025-W45", "2025-W46", "--json") == 0
    assert [(request.weeks, request.dry_run) for request in function.requests] == [
        (["2025-W45", "2025-W46", "2025-W47"], True),
        (["2025-W45"], False),
        (["2025-W47"], False),
    ]
    out, err = capsys.readouterr()
    weeks = json.loads(out)["weeks"]
    assert [(week["week"], week["outcome"]) for week in weeks] == [
        ("2025-W45", "curated"),
        ("2025-W46", "unchanged"),
        ("2025-W47", "summary"),
    ]
    assert err == ""


def test_force_is_passed_on(function: CurateWeek) -> None:
    function.found = {"2025-W45": Outcome.CURATED}
    assert curate("2025-W45", "--force") == 0
    assert [request.force for request in function.requests] == [True, True]


def test_a_dry_run_shows_a_table_and_asks_for_nothing_else(
    function: CurateWeek, capsys: pytest.CaptureFixture[str]
) -> None:
    function.found = {"2025-W45": Outcome.CURATED}
    assert curate("2025-W45", "--dry-run") == 0
    assert [request.dry_run for request in function.requests] == [True]
    out = capsys.readouterr().out
    assert "What would be done" in out
    assert "2025-W45" in out


def test_a_week_that_fails_is_one_line_after_the_others_and_exit_1(
    function: CurateWeek, capsys: pytest.CaptureFixture[str]
) -> None:
    function.found = dict.fromkeys(("2025-W45", "2025-W46"), Outcome.CURATED)
    function.failing = ("2025-W45",)
    assert curate("2025-W45", "2025-W46", "--json") == 1
    out, err = capsys.readouterr()
    assert [week["week"] for week in json.loads(out)["weeks"]] == ["2025-W46"]
    assert json.loads(out)["failures"] == ["2025-W45: OSError: disk full"]
    assert err == "ops curate: 2025-W45: OSError: disk full\n"


def test_a_failure_of_lambda_itself_is_shown_with_its_week(
    function: CurateWeek, capsys: pytest.CaptureFixture[str]
) -> None:
    function.found = {"2025-W45": Outcome.CURATED}
    function.failing, function.reason = ("2025-W45",), "Task timed out after 900.00 seconds"
    assert curate("2025-W45") == 1
    assert capsys.readouterr().err == "ops curate: 2025-W45: Task timed out after 900.00 seconds\n"


def test_a_week_that_was_curated_is_reported_beside_the_one_after_it_that_failed(
    function: CurateWeek, capsys: pytest.CaptureFixture[str]
) -> None:
    function.found = {"2025-W45": Outcome.CURATED}
    function.failing = ("2025-W46",)
    assert curate("2025-W45") == 1
    out, err = capsys.readouterr()
    assert re.search(r"2025-W45 +│ curated", out)
    assert err == "ops curate: 2025-W46: OSError: disk full\n"


def test_a_week_that_cannot_be_looked_at_keeps_no_other_from_being_curated(
    function: CurateWeek, capsys: pytest.CaptureFixture[str]
) -> None:
    function.found = {"2025-W46": Outcome.CURATED}
    function.unreadable = ("2025-W45",)
    assert curate("2025-W45", "2025-W46", "--json") == 1
    printed = json.loads(capsys.readouterr().out)
    assert [(week["week"], week["outcome"]) for week in printed["weeks"]] == [("2025-W46", "curated")]
    assert printed["failures"] == ["2025-W45: OSError: disk full"]
    assert curate("2025-W45", "2025-W46", "--dry-run") == 1


def test_what_was_done_before_aws_refused_is_shown(function: CurateWeek, capsys: pytest.CaptureFixture[str]) -> None:
    function.found = dict.fromkeys(("2025-W45", "2025-W46", "2025-W47"), Outcome.CURATED)
    function.refused = ("2025-W46", "2025-W47")
    assert curate("--json", *function.found) == 2
    out, err = capsys.readouterr()
    assert [week["week"] for week in json.loads(out)["weeks"]] == ["2025-W45"]
    assert err == (
        "ops curate: AWS refused Invoke: ExpiredTokenException: expired; go on with `ops curate 2025-W46 2025-W47`\n"
    )


def test_how_to_go_on_keeps_the_options(function: CurateWeek, capsys: pytest.CaptureFixture[str]) -> None:
    function.found = dict.fromkeys(("2025-W45", "2025-W46"), Outcome.CURATED)
    function.refused = ("2025-W46",)
    assert curate("--force", *function.found) == 2
    assert capsys.readouterr().err.endswith("; go on with `ops curate 2025-W46 --force`\n")


@pytest.mark.usefixtures("function")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["2025-W60"], "ops curate: argument WEEK: '2025-W60': expected an ISO week YYYY-WNN that exists"),
        (["2025-45"], "ops curate: argument WEEK: '2025-45': expected an ISO week"),
        (["--since", "soon"], "ops curate: argument --since: 'soon': expected an ISO week"),
        (["2025-W45", "--since", "2025-W45"], "ops curate: --since: expected without weeks"),
        (["9999-W01"], "ops curate: week 9999-W01: expected "),
        (["--since", "9999-W01"], "ops curate: --since 9999-W01: expected a week before "),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    arguments: Sequence[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = curate(*arguments)
    except SystemExit as ended:
        code = int(str(ended.code))
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith(expected)
    assert err.count("\n") == 1


def test_weeks_are_each_asked_for_once_and_without_any_the_window() -> None:
    assert asked_weeks([Week(2025, 46), Week(2025, 45), Week(2025, 46)], None, current=CURRENT) == (
        Week(2025, 45),
        Week(2025, 46),
    )
    assert asked_weeks([], None, current=CURRENT) == requested_weeks(CurationRequest(), current=CURRENT)


def test_since_means_every_whole_week_from_then_on() -> None:
    assert asked_weeks([], Week(2025, 52), current=CURRENT) == (Week(2025, 52), Week(2026, 1))
    with pytest.raises(CommandError, match="expected a week before 2026-W02"):
        asked_weeks([], CURRENT, current=CURRENT)


def test_the_week_before_brings_along_one_that_was_not_asked_for() -> None:
    asked = [Week(2025, 44), Week(2025, 45)]
    found = [report("2025-W44", Outcome.UNCHANGED), report("2025-W45"), report("2025-W46", Outcome.SUMMARY)]
    assert to_curate(asked, found) == [Week(2025, 45)]
    assert to_curate(asked, [report("2025-W44", Outcome.EMPTY)]) == []


def test_what_was_done_to_a_week_is_reported_once() -> None:
    reports = [report("2025-W45", Outcome.SUMMARY), report("2025-W44"), report("2025-W45", Outcome.UNCHANGED)]
    assert merged(reports) == [reports[1], reports[0]]
