"""IndexRun: writes one item of the runs table for each raw object, as S3 announces it.

A failure of AWS raises, so that Lambda retries the event and finally hands it to the dead-letter queue. A bad
object does not: it is indexed with its reasons.
"""

import logging
import os
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from typing import Final

import boto3

from lake.events import ObjectEvent, object_events
from lake.metrics import embedded_metrics
from lambdas.index_run.index import Indexer, Outcome
from lambdas.index_run.store import RawObjects, RunsTable
from lambdas.index_run.summary import Item, Surroundings, item_metrics
from schemas.keys.projection import Projection
from schemas.keys.weeks import Week, parse_date
from schemas.names import Metric, Variable
from schemas.registry.models_file import load_models
from schemas.run_index import Attribute

_log: Final = logging.getLogger(__name__)
_log.setLevel(logging.INFO)

_LOGGED: Final = (
    Attribute.STATUS,
    Attribute.TURN_COUNT,
    Attribute.INVALID_REASONS,
    Attribute.REGISTERED_MODEL,
    Attribute.PROJECTED,
)


def _make_indexer() -> Indexer:
    models = load_models()
    projection = Projection(parse_date(os.environ[Variable.FIRST_DT]), Week.parse(os.environ[Variable.FIRST_WEEK]))
    return Indexer(
        RawObjects(boto3.client("s3"), os.environ[Variable.BUCKET]),
        RunsTable(boto3.client("dynamodb"), os.environ[Variable.RUNS_TABLE]),
        lambda: Surroundings(models, projection, datetime.now(UTC)),
    )


# Clients take longer to make than an object to index: one each, for as long as the environment lives.
_indexer: Final = cache(_make_indexer)


def handler(event: object, _context: object) -> None:
    """Index each object of an S3 event notification; raise after the last one if any of them failed."""
    counts: Counter[Metric] = Counter()
    failures: list[Exception] = []
    for record in object_events(event):
        try:
            outcome, item = _indexer().apply(record)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on, and Lambda retries the event
            _log.error("not indexed", exc_info=error, extra=_log_fields(record, None))
            failures.append(error)
            continue
        _log.info(outcome, extra=_log_fields(record, item))
        if item:
            counts.update(item_metrics(item))
        elif outcome in (Outcome.GONE, Outcome.REMOVED):
            counts[Metric.GONE] += 1
    if counts:
        metrics = embedded_metrics(counts, namespace=os.environ[Variable.METRIC_NAMESPACE], at=datetime.now(UTC))
        print(metrics)  # noqa: T201 - CloudWatch reads metrics from the log
    if failures:
        raise ExceptionGroup(f"objects not indexed: {failures[0]}", failures)


def _log_fields(record: ObjectEvent, item: Item | None) -> dict[str, object]:
    fields: dict[str, object] = {"object_key": record.key, "version_id": record.version_id}
    return fields | ({name: item[name] for name in _LOGGED if name in item} if item else {})
