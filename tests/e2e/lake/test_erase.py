"""`ops erase` on the deployed lake, in the eraser's role, and what other roles may not do in its place."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from schemas.keys.layout import ScoreKey
from schemas.keys.weeks import Week
from schemas.roles import Role
from tests.e2e.lake.conftest import Lake
from tests.e2e.lake.test_curation import RUNS, curate, rows
from tests.e2e.lake.test_parts import BOUND, code_of_curate_week, deploy_with
from tests.lambdas.curate_week.lake import raw_key
from tests.ops.erase.lake import body

pytestmark = pytest.mark.e2e

ROOT: Final = Path(__file__).resolve().parents[3]
# of its own, so that other tests' objects are in none of them
WEEK, OF_PARTS = Week(2025, 32), Week(2025, 34)
ERASED: Final = "01HQVZ3K9X000000ERASE00000"
TEXT: Final = "It was Jane Doe of 1 Main Street."
TURNS: Final = "SELECT run_id, turn FROM curated_turns WHERE week = '2025-W32' ORDER BY run_id, turn"


def ops(lake: Lake, *arguments: str, role: Role = Role.ERASER) -> subprocess.CompletedProcess[str]:
    credentials = lake.endpoint.assume(lake.role_arn(role), mfa=role.needs_second_factor)
    return subprocess.run(
        [sys.executable, "-m", "ops", "erase", "--json", *arguments],
        cwd=ROOT,
        env=lake.endpoint.environment(credentials=credentials),
        capture_output=True,
        text=True,
        check=False,
    )


def erase(lake: Lake, *arguments: str) -> dict[str, object]:
    ended = ops(lake, *arguments)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    answered: dict[str, object] = json.loads(ended.stdout)
    return answered


def traces(lake: Lake, text: str) -> list[str]:
    """Return every version in either Region that has a text in its key or content, as it is stored."""
    found = []
    sides = ((None, lake.deployment.bucket), ("us-west-2", lake.deployment.replica_bucket))
    for region, bucket in sides:
        s3 = lake.endpoint.client("s3", region=region)
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for each in page.get("Versions", []):
                content = s3.get_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])["Body"].read()
                if text in each["Key"] or text.encode() in content:
                    found.append(each["Key"])
            found += [each["Key"] for each in page.get("DeleteMarkers", []) if text in each["Key"]]
    return found


@pytest.fixture
def filled(lake: Lake) -> Lake:
    """The lake with a run that has the text in two versions, a summary, and another run of the same week."""
    key = str(raw_key(WEEK, ERASED))
    for texts in (("a", TEXT), ("a", TEXT, "c")):
        lake.put(key, body(ERASED, *texts))
    other = str(raw_key(WEEK, RUNS[0]))
    lake.put(other, body(RUNS[0], "x", "y"))
    summary = str(ScoreKey(WEEK.days()[2], ERASED))
    lake.s3().put_object(Bucket=lake.deployment.bucket, Key=summary, Body=b"{}")
    # As where a deployment replicates runs.
    replica = lake.endpoint.client("s3", region="us-west-2")
    replica.put_object(Bucket=lake.deployment.replica_bucket, Key=key, Body=body(ERASED, TEXT))
    curate(lake, str(WEEK), "--force")
    return lake


def test_a_turn_and_then_the_run_are_erased_with_every_trace_and_a_record(filled: Lake) -> None:
    key = str(raw_key(WEEK, ERASED))
    ended = ops(filled, ERASED, "--confirm", "--reason", "nobody's", role=Role.OPERATOR)
    assert ended.returncode != 0
    assert set(traces(filled, TEXT)) == {key, f"curated/week={WEEK}/turns.parquet"}
    found = erase(filled, ERASED)
    assert len(list(found["objects"])) == 4  # type: ignore[call-overload]

    erase(filled, "--key", key, "--turn", "2", "--confirm", "--reason", "A third person was named.")
    assert traces(filled, TEXT) == []
    assert rows(filled, TURNS) == [(ERASED, 1), (ERASED, 3), (RUNS[0], 1), (RUNS[0], 2)]

    record = erase(filled, ERASED, "--confirm", "--reason", "Consent was withdrawn.")["record"]
    assert traces(filled, ERASED) == []
    assert rows(filled, TURNS) == [(RUNS[0], 1), (RUNS[0], 2)]
    assert filled.item(key) is None
    replica = filled.endpoint.client("s3", region="us-west-2")
    stored = replica.get_object(Bucket=filled.deployment.replica_bucket, Key=str(record))["Body"].read()
    assert json.loads(stored)["by"].endswith(":assumed-role/SocraticBenchEraser/local")

    again = erase(filled, ERASED, "--confirm", "--reason", "Consent was withdrawn.")
    assert (again["objects"], again["record"]) == ([], None)
    assert curate(filled, str(WEEK))[0]["outcome"] == "unchanged"


@pytest.fixture
def _parts_of_one_run(lake: Lake) -> Iterator[None]:
    code = code_of_curate_week(lake)
    deploy_with(lake, code, bound=BOUND.replace(b"4_000_000_000", b"1"))
    yield
    deploy_with(lake, code, bound=BOUND)


@pytest.mark.usefixtures("_parts_of_one_run")
def test_a_run_is_erased_from_a_week_of_parts_that_the_state_machine_makes_again(lake: Lake) -> None:
    for run_id, text in ((ERASED, TEXT), (RUNS[0], "x"), (RUNS[1], "y")):
        lake.put(str(raw_key(OF_PARTS, run_id)), body(run_id, text))
    assert curate(lake, str(OF_PARTS))[0]["parts"] == 3
    assert len(set(traces(lake, TEXT))) == 2
    erase(lake, "--key", str(raw_key(OF_PARTS, ERASED)), "--confirm", "--reason", "Consent was withdrawn.")
    assert traces(lake, TEXT) == []
    assert traces(lake, ERASED) == []
    turns = TURNS.replace(str(WEEK), str(OF_PARTS))
    assert rows(lake, turns) == [(RUNS[0], 1), (RUNS[1], 1)]
