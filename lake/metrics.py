"""CloudWatch metrics as log lines, in the embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Mapping
from datetime import datetime

from schemas.names import Metric


def embedded_metrics(values: Mapping[Metric, float], *, namespace: str, at: datetime) -> str:
    """Return one log line that makes CloudWatch record each value, without dimensions, at the aware time `at`."""
    metrics = [{"Name": metric, "Unit": metric.unit} for metric in values]
    directive = {"Namespace": namespace, "Dimensions": [[]], "Metrics": metrics}
    header = {"_aws": {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [directive]}}
    return json.dumps(header | dict(values), separators=(",", ":"))
