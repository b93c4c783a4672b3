"""Programs that bring a lake back or compare it, against services with the latencies of S3 and DynamoDB."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from schemas.names import Variable
from tools.bench.runner import Program, Run, python, run_once

_CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def on_lake(program: Program) -> Program:
    """Return the program with credentials, which the simulated lake asks for no more than for a signature."""
    return replace(program, environment=_CREDENTIALS)


def reconcile_window(url: str, *, days: int) -> Run:
    """Reconcile the last days."""
    return run_once(
        on_lake(python("tools.bench.programs.reconcile_window", url, str(days), name="reconcile a window"))
    )


def reindex(url: str, body: Path, *, objects: int) -> Run:
    """Have one invocation after the other index objects, which are all that of a file below `raw/`."""
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
    key = f"raw/{body.as_posix().rpartition('/raw/')[2]}"
    program = python("tools.bench.programs.reindex", key, str(objects), name="reindex")
    return run_once(replace(program, environment=environment))


def restore(replica: str, primary: str) -> Run:
    """Put back into a bucket that has nothing what another has."""
    return run_once(on_lake(python("tools.bench.programs.restore", replica, primary, name="restore")))
