"""WatchCalibration: publishes metrics of each canary result as it arrives.

A failure of AWS raises, so that Lambda retries the event and finally sends it to the dead-letter queue. An invalid
result does not: it is counted, and logged with its reason.
"""

import logging
import os
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import ClientError

from lake.events import ObjectEvent, object_events
from lake.lines import MAX_LINE_BYTES
from lake.metrics import embedded_metrics
from lake.records import RecordError
from lake.results import read_canary
from lake.s3_errors import is_absent
from schemas.models import CanaryResult
from schemas.names import Metric, Variable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef

_log: Final = logging.getLogger(__name__)
_log.setLevel(logging.INFO)


@cache
def _s3() -> "S3Client":
    return boto3.client("s3")


def handler(event: object, _context: object) -> None:
    """Publish the metrics of each result of an S3 event notification."""
    for record in object_events(event):
        content = _read(record)
        if content is None:
            _log.info("gone", extra=_log_fields(record))
        else:
            metrics = embedded_metrics(
                _metrics(record, content), namespace=os.environ[Variable.METRIC_NAMESPACE], at=datetime.now(UTC)
            )
            print(metrics)  # noqa: T201 - CloudWatch reads metrics from the log


def _read(record: ObjectEvent) -> bytes | None:
    """Return the content of that version, as much of it as a result may have and one byte; None where it is gone."""
    request: GetObjectRequestTypeDef = {"Bucket": os.environ[Variable.BUCKET], "Key": record.key}
    if record.version_id is not None:
        request["VersionId"] = record.version_id
    try:
        answer = _s3().get_object(**request)
    except ClientError as error:
        if not is_absent(error):
            raise
        return None
    with closing(answer["Body"]) as body:
        return body.read(MAX_LINE_BYTES + 1)


def _metrics(record: ObjectEvent, content: bytes) -> Mapping[Metric, float]:
    try:
        result = read_canary(record.key, content)
    except RecordError as error:
        _log.error("invalid", extra={**_log_fields(record), "reason": str(error)})
        return {Metric.INVALID_CALIBRATIONS: 1}
    metrics = _result_metrics(result)
    fields = {
        "judge_model": result.judge_model,
        "golden_set_version": result.golden_set_version,
        "alert_threshold": result.alert_threshold,
    }
    values = {str(metric): value for metric, value in metrics.items()}
    _log.info("watched", extra={**_log_fields(record), **fields, **values})
    return metrics


def _result_metrics(result: CanaryResult) -> Mapping[Metric, float]:
    """Return the metrics of one result; deviations are fractions, 0-1."""
    return {
        Metric.MAX_DEVIATION: result.max_deviation,
        Metric.AVG_DEVIATION: result.avg_deviation,
        Metric.ALERT_TRIGGERED: int(result.alert_triggered),
        Metric.INVALID_CALIBRATIONS: 0,
    }


def _log_fields(record: ObjectEvent) -> Mapping[str, object]:
    return {"object_key": record.key, "version_id": record.version_id}
