"""WatchCalibration as it is deployed, driven by the bucket's own events."""

import pytest

from schemas.names import Names
from tests.e2e.lake.conftest import Lake
from tests.lambdas.watch_calibration.results import KEY, result

pytestmark = pytest.mark.e2e


def test_a_canary_result_becomes_metrics_and_what_is_none_is_counted(lake: Lake) -> None:
    lake.s3().put_object(Bucket=lake.deployment.bucket, Key=KEY, Body=result())
    [valid] = lake.metrics(Names().watch_calibration, count=1)
    assert (valid["MaxDeviation"], valid["AvgDeviation"], valid["AlertTriggered"]) == (0.08, 0.03, 1)
    lake.s3().put_object(Bucket=lake.deployment.bucket, Key="calibration/results/nonsense.json", Body=b"{}")
    [invalid] = [found for found in lake.metrics(Names().watch_calibration, count=2) if found != valid]
    assert invalid["InvalidCalibrations"] == 1
    assert "MaxDeviation" not in invalid
