"""IndexRun: validates what runs write as it arrives, and writes an item of the runs table for each raw object.

A failure of AWS raises, so that Lambda retries the event and finally sends it to the dead-letter queue. A bad object
does not: it is indexed with its reasons, or logged with its reason, and counted.
"""

import logging
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Final

import boto3
import msgspec
from botocore.config import Config
from obstore.store import S3Store

from lake.events import ObjectEvent, RepairReport, object_events
from lake.lines import beginning
from lake.listing import Bucket
from lake.metrics import embedded_metrics
from lake.records import RecordError
from lake.results import read_summary
from lambdas.index_run.index import SIDE_BY_SIDE, ArchivedError, Indexer, Outcome
from lambdas.index_run.store import RunObjects, RunsTable
from lambdas.index_run.summary import Item, Surroundings, item_metrics
from schemas.keys.layout import SCORES_PREFIX
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
    models, bucket = load_models(), os.environ[Variable.BUCKET]
    projection = Projection(parse_date(os.environ[Variable.FIRST_DT]), Week.parse(os.environ[Variable.FIRST_WEEK]))
    # Requests that run side by side wait for no connection.
    config = Config(max_pool_connections=SIDE_BY_SIDE)
    return Indexer(
        RunObjects(Bucket(bucket, boto3.client("s3", config=config), S3Store(bucket))),
        RunsTable(boto3.client("dynamodb", config=config), os.environ[Variable.RUNS_TABLE]),
        lambda: Surroundings(models, projection, datetime.now(UTC)),
    )


# Clients take longer to make than an object to index: one each, for as long as the environment lives.
_indexer: Final = cache(_make_indexer)


def handler(event: object, _context: object) -> Mapping[str, object] | None:
    """Take in each object of an S3 event notification; raise after the last one if any of them failed.

    A request to repair raises for none of its objects, but is answered with what failed.
    """
    records = object_events(event)
    if records and all(record.sequencer is None for record in records):
        answer: Mapping[str, object] = msgspec.to_builtins(_repair(records))
        return answer
    _take_in_all(records)
    return None


def _take_in_all(records: Iterable[ObjectEvent]) -> None:
    counts: Counter[Metric] = Counter()
    failures: list[Exception] = []
    for record in records:
        try:
            counts.update(_take_in(record))
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on, and Lambda retries the event
            _log.error("not indexed", exc_info=error, extra=_log_fields(record))
            failures.append(error)
    _publish(counts)
    if failures:
        raise ExceptionGroup(f"objects not indexed: {failures[0]}", failures)


def _repair(records: Sequence[ObjectEvent]) -> RepairReport:
    """Repair the objects side by side; those of one request are all forced or none is."""
    counts: Counter[Metric] = Counter()
    report = RepairReport()
    for key, done in _indexer().repair_all([record.key for record in records], force=records[0].force):
        if isinstance(done, ArchivedError):
            report.archived.append(key)
        elif isinstance(done, Exception):
            _log.error("not repaired", exc_info=done, extra={"object_key": key})
            report.failures[key] = f"{type(done).__name__}: {' '.join(str(done).split())}"
        else:
            counts.update(_logged(ObjectEvent(key), *done))
    _publish(counts)
    return report


def _publish(counts: Mapping[Metric, int]) -> None:
    if counts:
        metrics = embedded_metrics(counts, namespace=os.environ[Variable.METRIC_NAMESPACE], at=datetime.now(UTC))
        print(metrics)  # noqa: T201 - CloudWatch reads metrics from the log


def _take_in(record: ObjectEvent) -> Mapping[Metric, int]:
    """Return what one object adds to each metric."""
    return _check_summary(record) if record.key.startswith(SCORES_PREFIX) else _index(record)


def _index(record: ObjectEvent) -> Mapping[Metric, int]:
    return _logged(record, *_indexer().apply(record))


def _logged(record: ObjectEvent, outcome: Outcome, item: Item | None) -> Mapping[Metric, int]:
    """Log what was done with a raw object, and return what it adds to each metric."""
    logged = {str(name): item[name] for name in _LOGGED if name in item} if item else {}
    _log.info(outcome, extra={**_log_fields(record), **logged})
    if item:
        return item_metrics(item)
    return {Metric.GONE: 1} if outcome in (Outcome.GONE, Outcome.REMOVED) else {}


def _check_summary(record: ObjectEvent) -> Mapping[Metric, int]:
    with _indexer().objects.open(record.key, record.version_id) as opened:
        if opened is None:
            _log.info(Outcome.GONE, extra=_log_fields(record))
            return {Metric.GONE: 1}
        try:
            read_summary(record.key, beginning(opened.chunks()))
        except RecordError as error:
            _log.error("invalid summary", extra={**_log_fields(record), "reason": str(error)})
            return {Metric.INVALID_SUMMARIES: 1}
    return {Metric.INVALID_SUMMARIES: 0}


def _log_fields(record: ObjectEvent) -> dict[str, object]:
    return {"object_key": record.key, "version_id": record.version_id}
