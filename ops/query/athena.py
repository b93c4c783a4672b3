"""Answers a query on Athena, through the lake's workgroup."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ops.query.failures import QueryError
from ops.query.result import Answer, Value

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import QueryExecutionTypeDef, StartQueryExecutionInputTypeDef

_UNDER_WAY: Final = frozenset({"QUEUED", "RUNNING"})
_FIRST_WAIT_SECONDS: Final = 0.25
_LONGEST_WAIT_SECONDS: Final = 2.0
_WHOLE: Final = frozenset({"tinyint", "smallint", "integer", "bigint"})
_REAL: Final = frozenset({"float", "real", "double"})


@dataclass(frozen=True, kw_only=True)
class AthenaEngine:
    """Answers queries on Athena; `follow` takes the state and the bytes scanned so far."""

    athena: "AthenaClient"
    database: str
    workgroup: str
    wait: Callable[[float], None] = time.sleep
    follow: Callable[[str, int], None] = lambda _state, _bytes: None

    def answer(self, sql: str, parameters: Sequence[str] = ()) -> Answer:
        """Return the answer; parameters are SQL literals, one for each `?`.

        Raises `QueryError` with Athena's reason where the query fails. An interrupt stops the query.
        """
        request: StartQueryExecutionInputTypeDef = {
            "QueryString": sql,
            "QueryExecutionContext": {"Database": self.database},
            "WorkGroup": self.workgroup,
        }
        if parameters:
            request["ExecutionParameters"] = [*parameters]
        query_id = self.athena.start_query_execution(**request)["QueryExecutionId"]
        try:
            ended = self._ended(query_id)
        except QueryError:
            raise
        except BaseException:
            # It would go on scanning, and cost.
            self.athena.stop_query_execution(QueryExecutionId=query_id)
            raise
        statistics = ended.get("Statistics", {})
        columns, rows = self._results(query_id, headed=ended.get("StatementType") == "DML")
        return Answer(
            columns=columns,
            rows=rows,
            seconds=statistics.get("TotalExecutionTimeInMillis", 0) / 1_000,
            bytes_read=statistics.get("DataScannedInBytes", 0),
        )

    def _ended(self, query_id: str) -> "QueryExecutionTypeDef":
        seconds = _FIRST_WAIT_SECONDS
        while True:
            found = self.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            status = found.get("Status", {})
            state = status.get("State", "QUEUED")
            if state == "SUCCEEDED":
                return found
            if state not in _UNDER_WAY:
                reason = status.get("StateChangeReason", f"query {query_id} gave no reason")
                raise QueryError(f"{state}: {' '.join(reason.split())}")
            self.follow(state, found.get("Statistics", {}).get("DataScannedInBytes", 0))
            self.wait(seconds)
            seconds = min(seconds * 1.5, _LONGEST_WAIT_SECONDS)

    def _results(self, query_id: str, *, headed: bool) -> tuple[tuple[str, ...], list[tuple[Value, ...]]]:
        columns: tuple[str, ...] = ()
        rows: list[tuple[Value, ...]] = []
        types: list[str] = []
        for page in self.athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id):
            found = page["ResultSet"]
            lines = found.get("Rows", [])
            if not types:
                info = found.get("ResultSetMetadata", {}).get("ColumnInfo", [])
                columns = tuple(column["Name"] for column in info)
                types = [column["Type"] for column in info]
                # A SELECT's first row repeats the names of its columns.
                lines = lines[1:] if headed else lines
            rows += (
                tuple(_values(types, [cell.get("VarCharValue") for cell in row.get("Data", [])])) for row in lines
            )
        return columns, rows


def _values(types: Sequence[str], texts: Sequence[str | None]) -> Iterator[Value]:
    for kind, text in zip(types, texts, strict=True):
        if text is None:
            yield None
        elif kind in _WHOLE:
            yield int(text)
        elif kind in _REAL:
            yield float(text)
        else:
            yield text == "true" if kind == "boolean" else text
