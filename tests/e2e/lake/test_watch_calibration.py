"""WatchCalibration as it is deployed, driven by the bucket's own events."""

import pytest

from schemas.names import Function, Names
from tests.e2e.lake.conftest import Lake
from tests.lake.results import KEY, result

pytestmark = pytest.mark.e2e


def test_a_canary_result_becomes_metrics_and_what_is_none_is_counted(lake: Lake) -> None:
    def put(key: str, content: bytes) -> None:
        lake.s3().put_object(Bucket=lake.deployment.bucket, Key=key, Body=content)

    function = Names().function(Function.WATCH_CALIBRATION)
    valid = lake.metrics(function, lambda: put(KEY, result()))
    assert (valid["MaxDeviation"], valid["AvgDeviation"], valid["AlertTriggered"]) == (0.08, 0.03, 1)
    invalid = lake.metrics(function, lambda: put("calibration/results/nonsense.json", b"{}"))
    assert invalid["InvalidCalibrations"] == 1
    assert "MaxDeviation" not in invalid
