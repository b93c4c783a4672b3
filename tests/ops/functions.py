"""The functions' code behind a client of Lambda, over moto."""

import io
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import msgspec

from lake.events import ObjectEvent, RepairReport, object_events
from lambdas.index_run.index import ArchivedError, Indexer
from lambdas.index_run.store import RunObjects, RunsTable
from lambdas.index_run.summary import Surroundings
from schemas.keys.projection import Projection
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from tests.lambdas.curate_week.lake import LakeOfWeeks
from tests.ops.conftest import Deployed
from tests.store import bucket_of

NOW = datetime(2025, 11, 12, tzinfo=UTC)


@dataclass
class FakeLambda:
    """Answers as Lambda does, for functions that take an event and raise where they fail."""

    functions: Mapping[str, Callable[[object], object]]
    invoked: list[str] = field(default_factory=list)
    # moto's services are not made for several threads.
    lock: threading.Lock = field(default_factory=threading.Lock)

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, object]:  # noqa: N803 (boto3's names)
        with self.lock:
            self.invoked.append(FunctionName)
            try:
                answer = self.functions[FunctionName](json.loads(Payload))
            except RuntimeError as error:
                body = {"errorMessage": str(error), "errorType": "RuntimeError"}
                return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(body).encode())}
            return {"Payload": io.BytesIO(json.dumps(answer).encode())}


@dataclass
class IndexRun:
    """Indexes what is deployed; a key in `poisoned` fails, one in `breaks` with its whole request.

    As the function itself, it raises for an event of S3, and answers a request to repair with what failed.
    """

    deployed: Deployed
    poisoned: set[str] = field(default_factory=set)
    breaks: set[str] = field(default_factory=set)
    events: list[list[ObjectEvent]] = field(default_factory=list)

    def __call__(self, event: object) -> object:
        indexer, report = self._indexer(), RepairReport()
        self.events.append(object_events(event))
        if self.breaks & {each.key for each in self.events[-1]}:
            raise RuntimeError("Task timed out\n after 900 seconds")
        for each in self.events[-1]:
            if each.key in self.poisoned and each.sequencer:
                raise RuntimeError("objects not indexed: poisoned (1 sub-exception)")
            if each.key in self.poisoned:
                report.failures[each.key] = "ConnectionError: poisoned"
                continue
            try:
                indexer.apply(each)
            except ArchivedError:
                report.archived.append(each.key)
        return msgspec.to_builtins(report)

    def _indexer(self) -> Indexer:
        lake = self.deployed
        surroundings = Surroundings(load_models(), Projection(date(2025, 1, 1), Week(2025, 1)), NOW)
        return Indexer(
            RunObjects(bucket_of(lake.s3, lake.bucket)), RunsTable(lake.dynamodb, lake.table), lambda: surroundings
        )


@dataclass
class CurateWeek:
    """Curates what is deployed; a week in `refused` fails."""

    deployed: Deployed
    refused: set[str] = field(default_factory=set)

    def __call__(self, event: object) -> None:
        match event:
            case {"weeks": [str(week)]}:
                if week in self.refused:
                    raise RuntimeError(f"{week}: too large")
                self.curate(Week.parse(week))
            case _:
                raise AssertionError(event)

    def curate(self, week: Week) -> None:
        lake = LakeOfWeeks(self.deployed.s3, self.deployed.bucket)
        lake.curate(week, curator=lake.curator(models=[*load_models().values()]))
