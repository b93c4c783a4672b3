"""What a hundred times today's volume needs of the index: a reconciliation of its window, and a rebuild."""

from dataclasses import replace
from typing import Final

from schemas.names import Variable
from tools.bench.data import FULL, raw_files
from tools.bench.lake_server import serving_lake
from tools.bench.report import Section, Table
from tools.bench.runner import BenchmarkError, python, run_once
from tools.bench.settings import Settings

# 720,000 runs a week for 35 days.
_DAYS: Final = 35
_OBJECTS_A_DAY: Final = 102_858
_QUICK_OBJECTS_A_DAY: Final = 2_000
_REINDEXED: Final = 5_000
_CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def run(settings: Settings) -> Section:
    """Measure both against services with the latencies of S3 and DynamoDB; once each, since they take minutes."""
    folder = settings.samples.run.folder()
    body = raw_files(folder)[0]
    a_day = _OBJECTS_A_DAY if settings.samples is FULL else _QUICK_OBJECTS_A_DAY
    with serving_lake(objects_a_day=a_day, days=_DAYS, body=body) as url:
        window = python("tools.bench.programs.reconcile_window", url, str(_DAYS), name="reconcile a window")
        reconciled = run_once(replace(window, environment=_CREDENTIALS))
        environment = {
            **_CREDENTIALS,
            "AWS_ENDPOINT_URL": url,
            "AWS_ALLOW_HTTP": "true",
            Variable.BUCKET: "lake",
            Variable.RUNS_TABLE: "runs",
            Variable.FIRST_DT: "2000-01-01",
            Variable.FIRST_WEEK: "2000-W01",
            Variable.METRIC_NAMESPACE: "benchmark",
        }
        key = str(body.relative_to(folder))
        reindex = python("tools.bench.programs.reindex", key, str(_REINDEXED), name="reindex")
        reindexed = run_once(replace(reindex, environment=environment))
    objects = a_day * _DAYS
    if reconciled.result != {"objects": objects, "items": objects - 1, "differences": 1}:
        raise BenchmarkError(f"reconcile a window: {dict(reconciled.result)}")
    rate = _REINDEXED / reindexed.result["seconds"]
    return Section(
        name="scale",
        figures={
            "reconcile_window_s": reconciled.wall,
            "reconcile_window_mb": reconciled.peak_mb,
            "reindex_objects_per_s": rate,
        },
        tables=[
            Table(
                title=f"A window of {objects:,} objects reconciled, and one invocation of a rebuild",
                columns=("what", "seconds", "CPU s", "objects/s", "peak MB"),
                rows=[
                    ("reconcile", reconciled.wall, reconciled.cpu, objects / reconciled.wall, reconciled.peak_mb),
                    ("reindex", reindexed.result["seconds"], reindexed.cpu, rate, reindexed.peak_mb),
                ],
            )
        ],
    )
