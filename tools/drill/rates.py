"""Measures the parts of a recovery: the code that runs on AWS, against simulated services with latencies."""

from typing import Final

from tools.bench.data import FULL, raw_files
from tools.bench.lake_server import serving_lake
from tools.bench.recovery import reconcile_window, reindex, restore
from tools.drill.projection import Assumptions, Rates

_DAYS: Final = 7
_RESTORED_A_DAY: Final = 200
_REINDEXED: Final = 2_000
_RECONCILED_A_DAY: Final = 20_000


def measure(given: Assumptions) -> Rates:
    """Return the rates at the latencies that are assumed."""
    body = raw_files(FULL.run.folder())[0]
    latencies = {"s3_ms": given.s3_ms, "dynamodb_ms": given.dynamodb_ms}
    with (
        serving_lake(objects_a_day=_RESTORED_A_DAY, days=_DAYS, body=body, **latencies) as replica,
        serving_lake(objects_a_day=0, days=0, body=body, **latencies) as primary,
    ):
        restored = restore(replica, primary).result
        indexed = reindex(replica, body, objects=_REINDEXED).result
    with serving_lake(objects_a_day=_RECONCILED_A_DAY, days=_DAYS, body=body, **latencies) as lake:
        reconciled = reconcile_window(lake, days=_DAYS)
    return Rates(
        restore=restored["RESTORED"] / restored["seconds"],
        reindex=_REINDEXED / indexed["seconds"],
        reconcile=reconciled.result["objects"] / reconciled.wall,
    )
