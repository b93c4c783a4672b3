"""Every command of the runbook, in its order, on a deployed lake with a healthy history of two weeks."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.sample import SampleOptions, generate
from ops.sample.delivery import to_bucket
from schemas.keys.weeks import Week
from schemas.names import Function
from schemas.registry.models_file import load_models
from tests.docs.runbook import RUNBOOK, Command, commands, part
from tests.e2e.lake.conftest import Lake, deployed_lake
from tests.lake.results import KEY, result
from tests.lambdas.curate_week.lake import raw_key, run_body

pytestmark = pytest.mark.scenario

ROOT = Path(__file__).resolve().parents[2]
WEEKS = (Week(2025, 44), Week(2025, 45))
# The runs that are erased, the second of them by a turn.
ERASED = ("01HQVZ3K9X1234567890ABCDEF", "01HQVZ3K9X9876543210FEDCBA")
# What makes the embedded AWS of a command's deployment, which is otherwise typed as on AWS.
TO_THE_EMULATOR = ("--context", "bundling=host", "--require-approval", "never", "--ci", "--no-color")


@pytest.fixture(scope="module")
def operated() -> Iterator[Lake]:
    with deployed_lake() as lake:
        registry = load_models()
        options = SampleOptions(weeks=WEEKS, models=tuple(registry)[:2], runs=1, turns=(4, 8))
        samples = [*to_bucket(generate(options, prices=registry), s3=lake.s3(), bucket=lake.deployment.bucket)]
        for sample in samples:
            if sample.expected_status:
                lake.indexed(
                    sample.key, lake.s3().head_object(Bucket=lake.deployment.bucket, Key=sample.key)["VersionId"]
                )
        for run_id in ERASED:
            key = raw_key(WEEKS[1], run_id)
            lake.put(str(key), run_body(key, 9, 8, 7))
        lake.s3().put_object(Bucket=lake.deployment.bucket, Key=KEY, Body=result())
        answer = lake.endpoint.client("lambda").invoke(
            FunctionName=lake.deployment.function(Function.CURATE_WEEK),
            Payload=json.dumps({"weeks": [str(week) for week in WEEKS]}).encode(),
        )
        assert "FunctionError" not in answer, answer["Payload"].read()
        yield lake


def run(command: Command, lake: Lake) -> subprocess.CompletedProcess[str]:
    """Run a command where and as an operator would."""
    environment = lake.endpoint.environment()
    folders = (Path(sys.executable).parent, ROOT / "node_modules" / ".bin")
    environment["PATH"] = os.pathsep.join([*map(str, folders), environment["PATH"]])
    more = (*TO_THE_EMULATOR, "--output", str(lake.endpoint.folder / "runbook")) if command.words[0] == "cdk" else ()
    return subprocess.run(
        [*command.words, *more], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


TEXT = RUNBOOK.read_text()
# Those that begin and end a lake have tests of their own.
IN_BETWEEN = TEXT.replace(part(TEXT, "Beginning and end"), "")


@pytest.mark.parametrize("command", commands(IN_BETWEEN), ids=str)
def test_a_command_of_the_runbook_ends_as_it_says(operated: Lake, command: Command) -> None:
    done = run(command, operated)
    assert done.returncode == command.exit_code, done.stdout + done.stderr
