"""The deployed CurateWeek, invoked by an operator, and the tables that then show the week."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from ops.query.local import LocalEngine
from schemas.curation import GENERATED_FROM
from schemas.keys.grammar import CuratedFile
from schemas.keys.layout import CuratedKey
from schemas.keys.weeks import Week
from schemas.names import Function, Output
from tests.e2e.lake.conftest import SECONDS, Lake
from tests.lambdas.curate_week.lake import raw_key, run_body

pytestmark = pytest.mark.e2e

ROOT: Final = Path(__file__).resolve().parents[3]
# of their own, so that other tests' objects are in none of them
WEEK, LATER, BROKEN = Week(2025, 20), Week(2025, 22), Week(2025, 24)
RUNS: Final = ("01HQVZ3K9X1234567890ABCDEF", "01HQVZ3K9X9876543210FEDCBA")


def ops(lake: Lake, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ops", *arguments],
        cwd=ROOT,
        env=lake.endpoint.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def curate(lake: Lake, *arguments: str) -> list[dict[str, object]]:
    ended = ops(lake, "curate", *arguments, "--json")
    assert ended.returncode == 0, ended.stderr
    weeks: list[dict[str, object]] = json.loads(ended.stdout)["weeks"]
    return weeks


def put_run(lake: Lake, week: Week, run_id: str, *scores: float) -> None:
    key = raw_key(week, run_id)
    lake.s3().put_object(Bucket=lake.deployment.bucket, Key=str(key), Body=run_body(key, *scores))


def rows(lake: Lake, sql: str) -> list[tuple[object, ...]]:
    engine = LocalEngine(
        glue=lake.endpoint.client("glue"),
        s3=lake.endpoint.client("s3"),
        database=lake.deployment.output(Output.DATABASE),
        clock=lambda: datetime.now(UTC),
    )
    return [tuple(row) for row in engine.answer(sql).rows]


def contents(lake: Lake, week: Week) -> list[bytes]:
    s3 = lake.endpoint.client("s3")
    return [
        s3.get_object(Bucket=lake.deployment.bucket, Key=str(CuratedKey(week, file)))["Body"].read()
        for file in CuratedFile
    ]


def test_a_week_is_curated_seen_by_its_tables_and_reopened_by_late_data(lake: Lake) -> None:
    put_run(lake, WEEK, RUNS[0], 9, 8, 7)
    (report,) = curate(lake, str(WEEK))
    assert (report["outcome"], report["rows"], report["rejected"]) == ("curated", 3, 0)
    assert curate(lake, str(WEEK))[0]["outcome"] == "unchanged"
    summary = "SELECT runs_count, turns_count, avg_score FROM weekly_summary WHERE week = '2025-W20'"
    assert rows(lake, summary) == [(1, 3, 8.0)]

    put_run(lake, WEEK, RUNS[1], 4)
    assert curate(lake, str(WEEK))[0]["outcome"] == "curated"
    assert rows(lake, summary) == [(2, 4, 7.0)]
    turns = "SELECT run_id, turn, score FROM curated_turns WHERE week = '2025-W20' ORDER BY run_id, turn"
    assert rows(lake, turns) == [(RUNS[0], 1, 9.0), (RUNS[0], 2, 8.0), (RUNS[0], 3, 7.0), (RUNS[1], 1, 4.0)]


def test_the_engine_in_the_operators_process_publishes_the_same_bytes(lake: Lake) -> None:
    put_run(lake, LATER, RUNS[0], 9, 8, 7)
    curate(lake, str(LATER))
    before = contents(lake, LATER)
    (report,) = curate(lake, str(LATER), "--local-engine", "--force")
    assert report["outcome"] == "curated"
    assert contents(lake, LATER) == before


def test_a_week_whose_file_is_a_mixture_is_completed(lake: Lake) -> None:
    put_run(lake, BROKEN, RUNS[0], 9)
    curate(lake, str(BROKEN))
    before = contents(lake, BROKEN)
    key = str(CuratedKey(BROKEN, CuratedFile.REJECTED))
    lake.endpoint.client("s3").put_object(
        Bucket=lake.deployment.bucket, Key=key, Body=b"{}\n", Metadata={GENERATED_FROM: "an older run"}
    )
    assert curate(lake, str(BROKEN))[0]["outcome"] == "curated"
    assert contents(lake, BROKEN) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["9999-W01"], "ops curate: week 9999-W01: expected "),
        (["9999-W01", "--local-engine"], "ops curate: week 9999-W01: expected "),
        (["--since", "2025-W60"], "ops curate: argument --since: '2025-W60': expected an ISO week"),
    ],
)
def test_what_cannot_be_curated_is_one_line_and_exit_2(lake: Lake, arguments: list[str], message: str) -> None:
    ended = ops(lake, "curate", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(message)
    assert ended.stderr.count("\n") == 1


def test_an_invocation_that_fails_twice_ends_in_the_dead_letter_queue(lake: Lake) -> None:
    client = lake.endpoint.client("lambda")
    payload = json.dumps({"weeks": ["2025-W60"]}).encode()
    client.invoke(
        FunctionName=lake.deployment.function(Function.CURATE_WEEK), InvocationType="Event", Payload=payload
    )
    message = dead_letter(lake)
    assert message["requestPayload"] == {"weeks": ["2025-W60"]}
    assert "expected an ISO week" in str(message["responsePayload"])


def dead_letter(lake: Lake) -> dict[str, object]:
    deadline = time.monotonic() + SECONDS
    sqs, queue = lake.endpoint.client("sqs"), lake.deployment.output(Output.CURATION_DEAD_LETTERS)
    while time.monotonic() < deadline:
        for found in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=found["ReceiptHandle"])
            message: dict[str, object] = json.loads(found["Body"])
            return message
    raise AssertionError("nothing in the dead-letter queue")
