"""A stand-in for Athena, which moto and the emulator only have in part."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class FakeAthena:
    """Plays the states of one query, then pages of its results, and keeps what it was asked."""

    states: Sequence[Mapping[str, object]] = ()
    pages: Sequence[Mapping[str, object]] = ()
    statement: str = "DML"
    started: dict[str, object] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    asked: int = 0

    def start_query_execution(self, **request: object) -> Mapping[str, str]:
        self.started = request
        return {"QueryExecutionId": "q1"}

    def get_query_execution(self, *, QueryExecutionId: str) -> Mapping[str, object]:  # noqa: N803 (boto3's name)
        state = self.states[min(self.asked, len(self.states) - 1)]
        self.asked += 1
        statistics = {"DataScannedInBytes": 25_000_000, "TotalExecutionTimeInMillis": 1_234}
        execution = {"QueryExecutionId": QueryExecutionId, "Status": state, "Statistics": statistics}
        return {"QueryExecution": {**execution, "StatementType": self.statement}}

    def stop_query_execution(self, *, QueryExecutionId: str) -> None:  # noqa: N803
        self.stopped.append(QueryExecutionId)

    def get_paginator(self, name: str) -> "Pages":
        return Pages({"get_query_results": self.pages}[name])


@dataclass
class Pages:
    pages: Sequence[Mapping[str, object]]

    def paginate(self, **_: object) -> Iterator[Mapping[str, object]]:
        return iter(self.pages)


def page(rows: Sequence[Sequence[str | None]], types: Mapping[str, str]) -> Mapping[str, object]:
    cells = [{"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in rows]
    info = [{"Name": name, "Type": kind} for name, kind in types.items()]
    return {"ResultSet": {"Rows": cells, "ResultSetMetadata": {"ColumnInfo": info}}}


def interrupted(_: float) -> None:
    raise KeyboardInterrupt


Wait = Callable[[float], None]
