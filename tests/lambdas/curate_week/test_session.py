"""An invocation's weeks: which get their turn, which are left to the state machine, and how failures are reported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from lake.published import Published
from lambdas.curate_week.inputs import week_inputs
from lambdas.curate_week.listing import RawObject
from lambdas.curate_week.parts import PART_WORK, WORK_PER_OBJECT
from lambdas.curate_week.plan import (
    PLANNED_BYTES_PER_SECOND,
    RESERVE_SECONDS,
    Look,
    Target,
    targets,
)
from lambdas.curate_week.session import CurationError, Results, Session
from schemas.curation import Outcome, WeekReport
from schemas.keys.grammar import CuratedFile, CuratedTable
from schemas.keys.weeks import Week
from tests.lambdas.curate_week.lake import raw_key

if TYPE_CHECKING:
    from lambdas.curate_week.curator import Curator

WEEKS = [Week(2025, 44), Week(2025, 45), Week(2025, 46)]
SEVERAL_PARTS = PART_WORK + 1


@dataclass
class FakeCurator:
    """Weeks by their size in bytes; a week is `seconds` of work however it is planned."""

    sizes: Mapping[Week, int]
    clock: list[float]
    seconds: float = 0.0
    failing: Mapping[Week, Exception] = field(default_factory=dict)
    carried_out: list[Target] = field(default_factory=list)

    def look(self, target: Target, *, force: bool = False) -> Look:
        assert not force
        size = self.sizes.get(target.week, 0) if target.asked else 0
        inputs = week_inputs(target.week, [RawObject(str(raw_key(target.week)), "etag", size)] if size else [])
        outcome = Outcome.CURATED if size else Outcome.UNCHANGED
        nothing = Published(target.week, dict.fromkeys(CuratedFile), dict.fromkeys(CuratedTable))
        return Look(inputs, nothing, [], "", outcome)

    def carry_out(self, target: Target, look: Look, *, force: bool) -> WeekReport:
        assert not force
        if error := self.failing.get(target.week):
            raise error
        self.carried_out.append(target)
        self.clock[0] -= self.seconds
        return WeekReport(week=str(target.week), outcome=look.outcome)


@dataclass
class Invocation:
    """An invocation that has so many seconds, and what it had the state machine do."""

    curator: FakeCurator
    started: list[list[str]] = field(default_factory=list)

    def session(self) -> Session:
        clock = self.curator.clock
        return Session(cast("Curator", self.curator), lambda: clock[0], self.start)

    def start(self, weeks: list[str]) -> str:
        self.started.append(weeks)
        return "arn"

    def run(self, weeks: list[Week]) -> Results:
        return self.session().run(targets(weeks), force=False)


def invocation(remaining: float = 900, **changed: object) -> Invocation:
    sizes = dict.fromkeys(WEEKS, 10 * PLANNED_BYTES_PER_SECOND - WORK_PER_OBJECT)
    return Invocation(FakeCurator(**{"sizes": sizes, "clock": [remaining], **changed}))  # type: ignore[arg-type]


def outcomes(results: Results) -> dict[str, Outcome]:
    return {report.week: report.outcome for report in results.reports}


def test_every_week_has_its_turn_while_there_is_time() -> None:
    running = invocation()
    assert outcomes(running.run(WEEKS)) == {str(week): Outcome.CURATED for week in WEEKS}
    assert running.started == []


def test_a_week_that_nobody_asked_for_is_told_only_where_something_was_done() -> None:
    running = invocation()
    running.run(WEEKS)
    assert running.curator.carried_out[-1] == Target(Week(2025, 47), asked=False)


def test_weeks_for_which_the_time_is_short_are_left_to_the_state_machine() -> None:
    running = invocation(RESERVE_SECONDS + 15, seconds=10)
    results = running.run(WEEKS)
    assert outcomes(results) == {
        "2025-W44": Outcome.CURATED,
        "2025-W45": Outcome.STARTED,
        "2025-W46": Outcome.STARTED,
    }
    assert running.started == [["2025-W45", "2025-W46"]]
    assert results.succeeded().execution == "arn"


def test_a_week_of_several_parts_is_left_to_the_state_machine_and_keeps_no_other_from_its_turn() -> None:
    running = invocation(sizes={WEEKS[0]: SEVERAL_PARTS, WEEKS[1]: 1, WEEKS[2]: SEVERAL_PARTS})
    results = running.run(WEEKS)
    assert running.started == [["2025-W44", "2025-W46"]]
    assert [report.week for report in results.succeeded().weeks] == ["2025-W44", "2025-W45", "2025-W46"]
    assert outcomes(results)["2025-W45"] is Outcome.CURATED
    assert [report.bytes_in for report in results.succeeded().weeks] == [SEVERAL_PARTS, 0, SEVERAL_PARTS]


def test_weeks_are_not_even_looked_at_once_time_is_short() -> None:
    running = invocation(RESERVE_SECONDS + 11, seconds=12, sizes={WEEKS[0]: PLANNED_BYTES_PER_SECOND})
    running.run(WEEKS)
    assert [target.week for target in running.curator.carried_out] == WEEKS[:1]
    assert running.started == [["2025-W45", "2025-W46"]]


def test_a_failing_week_keeps_no_other_from_its_turn_and_is_told_in_one_line() -> None:
    running = invocation(failing={WEEKS[0]: OSError("disk\nfull")})
    results = running.run(WEEKS)
    assert outcomes(results) == {"2025-W45": Outcome.CURATED, "2025-W46": Outcome.CURATED}
    with pytest.raises(CurationError, match=r"^2025-W44: OSError: disk full$") as raised:
        results.succeeded()
    assert isinstance(raised.value.__cause__, ExceptionGroup)


def test_an_execution_that_does_not_start_is_a_failure_of_the_weeks_that_were_left() -> None:
    running = invocation(RESERVE_SECONDS + 15, seconds=10)

    def refuse(_: list[str]) -> str:
        raise ConnectionError("no")

    session = Session(cast("Curator", running.curator), lambda: running.curator.clock[0], refuse)
    results = session.run(targets(WEEKS), force=False)
    assert outcomes(results) == {"2025-W44": Outcome.CURATED}
    with pytest.raises(CurationError, match=r"^2025-W45, 2025-W46: ConnectionError: no$"):
        results.succeeded()


def test_a_preview_says_what_would_be_done_and_does_nothing() -> None:
    running = invocation(sizes={WEEKS[0]: SEVERAL_PARTS, WEEKS[1]: 1})
    results = running.session().preview(targets(WEEKS), force=False)
    assert outcomes(results) == {
        "2025-W44": Outcome.CURATED,
        "2025-W45": Outcome.CURATED,
        "2025-W46": Outcome.UNCHANGED,
    }
    assert running.curator.carried_out == []
    assert results.failures == []
