"""IndexRun's code behind a client of Lambda, over moto."""

import io
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lambdas.index_run.index import Indexer
from lambdas.index_run.store import RawObjects, RunsTable
from lambdas.index_run.summary import Surroundings
from schemas.events import ObjectEvent, object_events
from schemas.projection import Projection
from schemas.registry import load_models
from schemas.weeks import Week
from tests.ops.conftest import Deployed

NOW = datetime(2025, 11, 12, tzinfo=UTC)


@dataclass
class FakeLambda:
    """Answers as Lambda does; a key in `poisoned` makes its event fail after the others were indexed."""

    function: str
    apply: Callable[[ObjectEvent], object]
    poisoned: set[str] = field(default_factory=set)
    sizes: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, object]:  # noqa: N803 (boto3's names)
        assert FunctionName == self.function
        # moto's table is not made for several threads.
        with self.lock:
            events = object_events(json.loads(Payload))
            self.sizes.append(len(events))
            for event in events:
                if event.key not in self.poisoned:
                    self.apply(event)
        failed = any(event.key in self.poisoned for event in events)
        body = {"errorMessage": "objects not indexed:\n poisoned (1 sub-exception)"} if failed else None
        return {
            "Payload": io.BytesIO(json.dumps(body).encode()),
            **({"FunctionError": "Unhandled"} if failed else {}),
        }


def fake_index_run(deployed: Deployed) -> FakeLambda:
    """Return a Lambda whose only function indexes what is deployed."""
    surroundings = Surroundings(
        load_models(), Projection(datetime(2025, 1, 1, tzinfo=UTC).date(), Week(2025, 1)), NOW
    )
    indexer = Indexer(
        RawObjects(deployed.s3, deployed.bucket), RunsTable(deployed.dynamodb, deployed.table), lambda: surroundings
    )
    return FakeLambda(deployed.index_run, indexer.apply)
