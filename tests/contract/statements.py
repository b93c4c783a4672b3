"""The statements whose answers on the corpus are recorded, and the files that they are recorded in."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import sqlglot

from ops.query.result import Answer, Value
from schemas.catalog.columns import Scalar
from schemas.catalog.data_sets import DATA_SETS, DataSet
from schemas.catalog.queries import queries
from tests.contract.corpus import TODAY, UNCLEAR_LINES, unclear_day
from tests.docs.runbook import RUNBOOK, commands
from tests.ops.query.lake import MODELS

RECORDED: Final = Path(__file__).parent / "recorded"
WEEK: Final = "'2025-W45'"
Rows = Sequence[Sequence[Value]]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A query; `declined` says that it has no local answer, `saved` that it is in Athena's dialect."""

    name: str
    sql: str
    parameters: Sequence[str] = ()
    saved: bool = False
    declined: bool = False

    @property
    def file(self) -> Path:
        return RECORDED / f"{self.name}.json"


def saved() -> Iterator[Statement]:
    """Yield each saved query, on the corpus's day."""
    for query in queries(MODELS):
        sql = query.sql.replace("current_date", f"DATE '{TODAY.date()}'")
        yield Statement(name=query.name, sql=sql, parameters=[WEEK] * len(query.parameters), saved=True)


def data_sets() -> Iterator[Statement]:
    """Yield what QuickSight asks."""
    yield from (Statement(name=f"data_set_{it.name}", sql=it.sql(), saved=True) for it in DATA_SETS)


def documented() -> Iterator[str]:
    """Yield the SQL that the runbook has the operator query."""
    for command in commands(RUNBOOK.read_text()):
        if "query" in command.words:
            yield from (word for word in command.words if " " in word)


_TURNS: Final = "SELECT run_id, turn, score, violations, csd_subscores FROM turns"
_REFUSED: Final = {
    "text_compared_with_a_date": "SELECT turn FROM turns WHERE dt >= current_date",
    "date_compared_with_text": "SELECT week FROM runs WHERE dt >= '2025-11-01'",
    "unknown_column": "SELECT nothing FROM turns",
    "model_as_a_number": "SELECT turn FROM turns WHERE model = 5",
}
_OWN: Final = {
    "bad_lines": f"{_TURNS} WHERE dt = '2025-02-01' ORDER BY turn, score",
    "first_days": "SELECT dt, turn FROM turns WHERE dt < '2025-02-01'",
    "two_files": "SELECT turn, score, violations, timestamp FROM curated_turns WHERE week = '2025-W45' ORDER BY turn",
    "added_column": "SELECT week, turn, seed_id, csd_cr FROM curated_turns WHERE week <= '2025-W45' ORDER BY 1, 2",
    "last_week_of_2026": "SELECT week, turn, timestamp FROM curated_turns WHERE week > '2026-W45'",
    "weeks_of_runs": "SELECT week, min(dt) AS first, count(*) AS runs FROM runs GROUP BY week",
}


def refused() -> Iterator[Statement]:
    """Yield statements that Athena's types refuse; DuckDB's do not all."""
    yield from (Statement(name=name, sql=sql) for name, sql in _REFUSED.items())


def answered() -> Iterator[Statement]:
    """Yield the statements that have an answer."""
    yield from saved()
    yield from data_sets()
    for number, sql in enumerate(documented(), start=1):
        yield Statement(name=f"runbook_{number}", sql=sql)
    yield from (Statement(name=name, sql=sql) for name, sql in _OWN.items())
    for number, name in enumerate(UNCLEAR_LINES, start=1):
        yield Statement(name=name, sql=f"{_TURNS} WHERE dt = '{unclear_day(number)}'", declined=True)


def write(statement: Statement, answer: Mapping[str, object], rows: Rows = ()) -> None:
    """Record an answer, each row on a line of its own."""
    head = json.dumps({"sql": statement.sql, "parameters": statement.parameters, **answer}, indent=1)
    body = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
    RECORDED.mkdir(exist_ok=True)
    statement.file.write_text(
        f'{head[:-2]},\n "rows": [\n{body}\n ]\n}}\n' if rows else f"{head}\n", encoding="utf-8"
    )


def assert_same(found: Rows, expected: Rows, *, by: Sequence[int] = ()) -> None:
    """Compare rows, whatever their order but for the columns that a statement sorts by.

    Means may differ in the last bits, since engines add in another order.
    """
    _assert_equal(sorted(found, key=_key), sorted(expected, key=_key))
    _assert_equal([[row[at] for at in by] for row in found], [[row[at] for at in by] for row in expected])


def assert_declared(answer: Answer, data_set: DataSet) -> None:
    """Fail unless an answer has the columns of a data set, in order, and values of their types."""
    types = {Scalar.STRING: str, Scalar.BIGINT: int, Scalar.DOUBLE: float}
    assert answer.rows
    assert [*answer.columns] == [*data_set.columns]
    for (name, kind), values in zip(data_set.columns.items(), zip(*answer.rows, strict=True), strict=True):
        assert {type(value) for value in values} - {type(None)} <= {types[kind]}, name


def _assert_equal(found: Rows, expected: Rows) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert [*one] == [pytest.approx(cell, rel=1e-9) if isinstance(cell, float) else cell for cell in other]


def _key(row: Sequence[Value]) -> str:
    return repr([f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row])


def sorted_by(sql: str, columns: Sequence[str]) -> list[int]:
    """Return which of an answer's columns its statement sorts by."""
    order = sqlglot.parse_one(sql, dialect="trino").args.get("order")
    names = [it.this.name for it in order.expressions] if order else []
    by_number = {str(at): at - 1 for at in range(1, len(columns) + 1)}
    places = by_number | {name: at for at, name in enumerate(columns)}
    return [places[name] for name in names if name in places]
