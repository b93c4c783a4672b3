"""An invocation's weeks: which get their turn, which are left for another, and what is told of those that fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from lambdas.curate_week.inputs import RawObject, week_inputs
from lambdas.curate_week.plan import (
    PLANNED_BYTES_PER_OBJECT,
    PLANNED_BYTES_PER_SECOND,
    RESERVE_SECONDS,
    Look,
    Target,
    targets,
)
from lambdas.curate_week.session import CurationError, Results, Session
from lambdas.curate_week.store import Published
from schemas.curation import Outcome, WeekReport
from schemas.keys.grammar import CuratedFile
from schemas.keys.weeks import Week
from tests.lambdas.curate_week.lake import raw_key

if TYPE_CHECKING:
    from lambdas.curate_week.curator import Curator

WEEKS = [Week(2025, 44), Week(2025, 45), Week(2025, 46)]
TOO_LARGE = 10**12


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
        return Look(inputs, Published(dict.fromkeys(CuratedFile), visible=False), [], "", outcome)

    def carry_out(self, target: Target, look: Look, *, force: bool, fits: Callable[[Look], bool]) -> WeekReport:
        assert not force
        if error := self.failing.get(target.week):
            raise error
        assert fits(look)
        self.carried_out.append(target)
        self.clock[0] -= self.seconds
        return WeekReport(week=str(target.week), outcome=look.outcome)


@dataclass
class Invocation:
    """An invocation that has so many seconds, and what it handed over."""

    curator: FakeCurator
    handed_over: list[list[str]] = field(default_factory=list)

    def session(self) -> Session:
        clock = self.curator.clock
        return Session(cast("Curator", self.curator), lambda: clock[0], self.handed_over.append)

    def run(self, weeks: list[Week]) -> Results:
        return self.session().run(targets(weeks), force=False)


def invocation(remaining: float = 900, **changed: object) -> Invocation:
    sizes = dict.fromkeys(WEEKS, 10 * PLANNED_BYTES_PER_SECOND - PLANNED_BYTES_PER_OBJECT)
    return Invocation(FakeCurator(**{"sizes": sizes, "clock": [remaining], **changed}))  # type: ignore[arg-type]


def outcomes(results: Results) -> dict[str, Outcome]:
    return {report.week: report.outcome for report in results.reports}


def test_every_week_has_its_turn_while_there_is_time() -> None:
    running = invocation()
    assert outcomes(running.run(WEEKS)) == {str(week): Outcome.CURATED for week in WEEKS}
    assert running.handed_over == []


def test_a_week_that_nobody_asked_for_is_told_only_where_something_was_done() -> None:
    running = invocation()
    running.run(WEEKS)
    assert running.curator.carried_out[-1] == Target(Week(2025, 47), asked=False)


def test_what_does_not_fit_is_handed_over_as_a_whole() -> None:
    running = invocation(RESERVE_SECONDS + 15, seconds=10)
    results = running.run(WEEKS)
    assert outcomes(results) == {
        "2025-W44": Outcome.CURATED,
        "2025-W45": Outcome.DEFERRED,
        "2025-W46": Outcome.DEFERRED,
    }
    assert running.handed_over == [["2025-W45", "2025-W46"]]
    assert results.succeeded().weeks == results.reports


def test_the_first_week_is_never_handed_over_so_that_the_chain_gets_further() -> None:
    running = invocation(RESERVE_SECONDS + 10)
    assert outcomes(running.run(WEEKS[:1])) == {"2025-W44": Outcome.CURATED}
    assert running.handed_over == []


def test_weeks_are_not_even_looked_at_once_time_is_short() -> None:
    running = invocation(RESERVE_SECONDS + 11, seconds=12, sizes={WEEKS[0]: PLANNED_BYTES_PER_SECOND})
    running.run(WEEKS)
    assert [target.week for target in running.curator.carried_out] == WEEKS[:1]
    assert running.handed_over == [["2025-W45", "2025-W46"]]


def test_a_failing_week_keeps_no_other_from_its_turn_and_is_told_in_one_line() -> None:
    running = invocation(failing={WEEKS[0]: OSError("disk\nfull")})
    results = running.run(WEEKS)
    assert outcomes(results) == {"2025-W45": Outcome.CURATED, "2025-W46": Outcome.CURATED}
    with pytest.raises(CurationError, match=r"^2025-W44: OSError: disk full$") as raised:
        results.succeeded()
    assert isinstance(raised.value.__cause__, ExceptionGroup)


def test_a_refused_week_is_reported_and_fails_without_being_begun() -> None:
    running = invocation(sizes={WEEKS[0]: TOO_LARGE, WEEKS[1]: 1})
    results = running.run(WEEKS[:2])
    assert outcomes(results) == {"2025-W44": Outcome.REFUSED, "2025-W45": Outcome.CURATED}
    with pytest.raises(CurationError, match=r"^2025-W44: WeekTooLargeError: 2025-W44 has 1000.0 GB"):
        results.succeeded()


def test_without_lambdas_limits_nothing_is_too_large() -> None:
    curator = invocation(sizes={WEEKS[0]: TOO_LARGE}, clock=[float("inf")]).curator
    session = Session(cast("Curator", curator), lambda: curator.clock[0], lambda _: None, largest=float("inf"))
    assert outcomes(session.run(targets(WEEKS[:1]), force=False)) == {"2025-W44": Outcome.CURATED}


def test_a_hand_over_that_fails_is_a_failure_of_the_weeks_that_were_left() -> None:
    running = invocation(RESERVE_SECONDS + 15, seconds=10)

    def refuse(_: list[str]) -> None:
        raise ConnectionError("no")

    session = Session(cast("Curator", running.curator), lambda: running.curator.clock[0], refuse)
    results = session.run(targets(WEEKS), force=False)
    assert outcomes(results) == {"2025-W44": Outcome.CURATED}
    with pytest.raises(CurationError, match=r"^2025-W45, 2025-W46: ConnectionError: no$"):
        results.succeeded()


def test_a_preview_says_what_would_be_done_and_does_nothing() -> None:
    running = invocation(sizes={WEEKS[0]: TOO_LARGE, WEEKS[1]: 1})
    results = running.session().preview(targets(WEEKS), force=False)
    assert outcomes(results) == {
        "2025-W44": Outcome.REFUSED,
        "2025-W45": Outcome.CURATED,
        "2025-W46": Outcome.UNCHANGED,
    }
    assert running.curator.carried_out == []
    assert results.failures == []
