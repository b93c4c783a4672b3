"""The layout document's queries and the turns held out in a week, as `ops query --local` answers them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ops.query.local import LocalEngine
from ops.query.result import Answer
from ops.screen import show_table
from schemas.catalog.queries import HELD_OUT, LAYOUT_QUERIES
from schemas.keys.weeks import Week
from schemas.names import Output
from tools.local.lake import Lake
from tools.local.steps import SceneError

_SHOWN: Final = 6


@dataclass(frozen=True)
class Answered:
    """A saved query and its answer."""

    name: str
    description: str
    answer: Answer


def answer_queries(lake: Lake, week: Week) -> Iterator[Answered]:
    """Yield each query's answer; raise `SceneError` for one without a row, which the demo's data rules out."""
    engine = LocalEngine(
        glue=lake.aws.glue(),
        s3=lake.aws.s3(),
        database=lake.deployment.output(Output.DATABASE),
        clock=lambda: datetime.now(UTC),
    )
    for query in (*LAYOUT_QUERIES, HELD_OUT):
        answer = engine.answer_athena(query.sql, [f"'{week}'"] * len(query.parameters))
        if not answer.rows:
            raise SceneError(f"query {query.name} has no row")
        yield Answered(query.name, query.description, answer)


def show_answer(answered: Answered) -> None:
    """Print the first rows."""
    rows = answered.answer.rows
    more = f", the first {_SHOWN} of {len(rows)} rows" if len(rows) > _SHOWN else ""
    title = f"{answered.name}: {answered.description.rstrip('.')}{more}"
    shown = [[str(cell) if isinstance(cell, bool) else cell for cell in row] for row in rows[:_SHOWN]]
    show_table(title, answered.answer.columns, shown)


def as_report(answers: list[Answered]) -> Mapping[str, Mapping[str, float]]:
    """Return the report's part: rows and seconds of each query."""
    return {it.name: {"rows": len(it.answer.rows), "seconds": round(it.answer.seconds, 3)} for it in answers}
