"""ReconcileDaily: compares bucket and index of the last weeks, and has IndexRun repair what differs.

It also publishes how old the curation is, names weeks that should be curated and are not and summaries that are
invalid, and compares registry and manifests between the Regions. Those it does not repair.
"""

import logging
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final

import boto3
import msgspec
from obstore.store import S3Store

from lake.events import repair_event
from lake.listing import Bucket
from lake.metrics import embedded_metrics
from lake.published import PublishedWeeks
from lambdas.reconcile_daily.compare import State
from lambdas.reconcile_daily.curation import curation_age, whole_weeks
from lambdas.reconcile_daily.days import Stores
from lambdas.reconcile_daily.reconcile import Reconciliation, reconcile
from lambdas.reconcile_daily.regions import compared_objects, different_keys
from lambdas.reconcile_daily.repair import batches_of_states, keys_to_index
from lambdas.reconcile_daily.second_look import SecondLook
from lambdas.reconcile_daily.summaries import invalid_summaries
from schemas.curation import last_due_week
from schemas.keys.raw_range import RawRange
from schemas.keys.weeks import Week
from schemas.names import REPLICA_REGION, Metric, Variable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

_log: Final = logging.getLogger(__name__)
_log.setLevel(logging.INFO)
# Enough to see what it is about; `ops reconcile` shows more.
_LOGGED: Final = 50


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to compare: the last days, and in them no object that was stored within the last minutes.

    Summaries are read one by one, each of which was checked as it arrived, and so for fewer days.
    """

    days: Annotated[int, msgspec.Meta(ge=1, le=3660)] = 35
    summary_days: Annotated[int, msgspec.Meta(ge=1, le=3660)] = 7
    settling_minutes: Annotated[int, msgspec.Meta(ge=0)] = 5


# Clients take longer to make than a request: one each, for as long as the environment lives.
@cache
def _s3() -> "S3Client":
    return boto3.client("s3")


@cache
def _replica_s3() -> "S3Client":
    return boto3.client("s3", region_name=REPLICA_REGION)


@cache
def _bucket() -> Bucket:
    name = os.environ[Variable.BUCKET]
    return Bucket(name, _s3(), S3Store(name, client_options={"timeout": "120s"}))


@cache
def _dynamodb() -> "DynamoDBClient":
    return boto3.client("dynamodb")


@cache
def _lambda() -> "LambdaClient":
    return boto3.client("lambda")


def handler(event: object, _context: object) -> Mapping[str, Any]:
    """Reconcile what is asked for and return what was found; raise ValueError for anything but a `Request`."""
    request = msgspec.convert(event, Request)
    now = datetime.now(UTC)
    since = now.date() - timedelta(days=request.days)
    found, repairs = _reconcile(since, now, settling=timedelta(minutes=request.settling_minutes))
    complete = _complete_weeks(found, since, now)
    age = curation_age(complete, since=since, now=now)
    due = [str(week) for week, is_complete in complete.items() if not is_complete and week <= last_due_week(now)]
    summaries = [*invalid_summaries(_bucket(), now.date() - timedelta(days=request.summary_days), None)]
    drift = found.counts().total() + len(due) + len(summaries)
    for difference in found.first_differences[:_LOGGED]:
        _log.warning(difference.kind, extra=msgspec.to_builtins(difference))
    for summary in summaries[:_LOGGED]:
        _log.warning("invalid summary", extra={"object_key": summary.key, "reason": summary.reason})
    for week in due:
        _log.warning("not curated", extra={"week": week})
    metrics = {Metric.DRIFT: drift, Metric.CURATION_AGE: age}
    print(embedded_metrics(metrics, namespace=os.environ[Variable.METRIC_NAMESPACE], at=now))  # noqa: T201 - CloudWatch reads metrics from the log
    answer = {
        "objects": found.objects,
        "items": found.items,
        "under_way": found.under_way,
        "differences": found.counts(),
        "repairs": repairs,
        "invalid_summaries": len(summaries),
        "weeks_not_curated": due,
        "curation_age_days": age,
    }
    _log.info("reconciled", extra=answer)
    # Last: without the replica's Region bucket and index are reconciled all the same.
    return {**answer, "different_in_replica": _compare_regions(now)}


def _reconcile(since: date, now: datetime, *, settling: timedelta) -> tuple[Reconciliation, int]:
    """Return what was found, and how many objects IndexRun was asked to index again."""
    stores = Stores(_bucket(), _dynamodb(), os.environ[Variable.RUNS_TABLE])
    asked = 0

    def repair(states: Iterable[State]) -> None:
        nonlocal asked
        for batch in batches_of_states(states):
            if keys := keys_to_index(batch):
                _ask_index_run(keys)
                asked += len(keys)

    found = reconcile(
        stores.states(RawRange.days(since, None), today=now.date()),
        look_again=SecondLook(_s3(), stores.bucket.name, _dynamodb(), stores.table),
        now=now,
        settling=settling,
        act=repair,
    )
    return found, asked


def _ask_index_run(keys: list[str]) -> None:
    """Ask as S3 does, without waiting: what fails is retried, and ends in IndexRun's dead-letter queue."""
    payload = msgspec.json.encode(repair_event(keys))
    _lambda().invoke(FunctionName=os.environ[Variable.INDEX_RUN], InvocationType="Event", Payload=payload)


def _compare_regions(now: datetime) -> list[str]:
    """Return the keys of registry and manifests that the Regions do not agree on, and publish how many there are."""
    different = different_keys(
        compared_objects(_s3(), os.environ[Variable.BUCKET]),
        compared_objects(_replica_s3(), os.environ[Variable.REPLICA_BUCKET]),
        now=now,
    )
    for key in different[:_LOGGED]:
        _log.warning("different in the replica", extra={"object_key": key})
    metrics = {Metric.REPLICA_DRIFT: len(different)}
    print(embedded_metrics(metrics, namespace=os.environ[Variable.METRIC_NAMESPACE], at=now))  # noqa: T201 - CloudWatch reads metrics from the log
    return different


def _complete_weeks(found: Reconciliation, since: date, now: datetime) -> dict[Week, bool]:
    """Return whether each whole week is curated, or has nothing to curate."""
    published = PublishedWeeks(_s3(), os.environ[Variable.BUCKET])
    with_objects = {week for week, count in found.weeks.items() if count.objects}
    weeks = whole_weeks(since, now)
    return {week: week not in with_objects or published.published(week).generation is not None for week in weeks}
