from typing import TYPE_CHECKING, cast

import pytest

from ops.query.athena import AthenaEngine
from ops.query.failures import QueryError
from tests.ops.query.athena import FakeAthena, Wait, interrupted, page

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient

TYPES = {"model": "varchar", "turns": "bigint", "score": "double", "ok": "boolean", "day": "date"}
HEADER = ["model", "turns", "score", "ok", "day"]
DONE = [{"State": "SUCCEEDED"}]


def engine(fake: FakeAthena, *, wait: Wait = lambda _: None) -> AthenaEngine:
    return AthenaEngine(athena=cast("AthenaClient", fake), database="lake", workgroup="group", wait=wait)


def test_answer_has_typed_rows_of_all_pages_without_the_header() -> None:
    first = page([HEADER, ["model", "5", "8.5", "true", "2025-11-05"]], TYPES)
    second = page([["x", "1", "1.0E7", "false", None], [None] * 5], TYPES)
    fake = FakeAthena(states=DONE, pages=[first, second])
    answer = engine(fake).answer("SELECT ?", ["'x'"])
    assert answer.columns == tuple(HEADER)
    assert answer.rows == [
        ("model", 5, 8.5, True, "2025-11-05"),
        ("x", 1, 1e7, False, None),
        (None, None, None, None, None),
    ]
    assert (answer.seconds, answer.bytes_read) == (1.234, 25_000_000)
    assert answer.dollars == pytest.approx(0.000125)
    assert fake.started == {
        "QueryString": "SELECT ?",
        "QueryExecutionContext": {"Database": "lake"},
        "WorkGroup": "group",
        "ExecutionParameters": ["'x'"],
    }


def test_statement_without_a_header_keeps_its_first_row() -> None:
    fake = FakeAthena(states=DONE, pages=[page([["turns"]], {"tab_name": "string"})], statement="UTILITY")
    assert engine(fake).answer("SHOW TABLES").rows == [("turns",)]
    assert "ExecutionParameters" not in fake.started


def test_polling_waits_longer_and_longer_until_the_end() -> None:
    waits: list[float] = []
    printed: list[tuple[str, int]] = []
    fake = FakeAthena(states=[{"State": "QUEUED"}, *[{"State": "RUNNING"}] * 8, *DONE], pages=[page([[]], {})])
    client = cast("AthenaClient", fake)
    AthenaEngine(
        athena=client,
        database="lake",
        workgroup="group",
        wait=waits.append,
        follow=lambda state, size: printed.append((state, size)),
    ).answer("SELECT 1")
    assert waits == sorted(waits)
    assert (waits[0], waits[-1], len(waits)) == (0.25, 2.0, 9)
    assert printed[:2] == [("QUEUED", 25_000_000), ("RUNNING", 25_000_000)]
    assert fake.stopped == []


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_failed_query_gives_athenas_reason_in_one_line(state: str) -> None:
    reason = "TYPE_MISMATCH: line 1:35: Cannot apply\n  operator: varchar >= date"
    fake = FakeAthena(states=[{"State": state, "StateChangeReason": reason}])
    with pytest.raises(QueryError) as raised:
        engine(fake).answer("SELECT 1")
    assert str(raised.value) == f"{state}: TYPE_MISMATCH: line 1:35: Cannot apply operator: varchar >= date"
    assert fake.stopped == []


def test_interrupt_stops_the_query() -> None:
    fake = FakeAthena(states=[{"State": "RUNNING"}])
    with pytest.raises(KeyboardInterrupt):
        engine(fake, wait=interrupted).answer("SELECT 1")
    assert fake.stopped == ["q1"]
