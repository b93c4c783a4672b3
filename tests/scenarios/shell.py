"""Runs what an operator would type, against an embedded AWS."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.docs.runbook import RUNBOOK, commands, part
from tools.local.endpoint import Endpoint

ROOT: Final = Path(__file__).resolve().parents[2]
# What makes the embedded AWS of a command's deployment, which is otherwise typed as on AWS.
_TO_THE_EMULATOR: Final = ("--context", "bundling=host", "--require-approval", "never", "--ci", "--no-color")


def run(endpoint: Endpoint, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `ops` or `cdk` in the repository's folder, and return how it ended."""
    environment = endpoint.environment()
    folders = (Path(sys.executable).parent, ROOT / "node_modules" / ".bin")
    environment["PATH"] = os.pathsep.join([*map(str, folders), environment["PATH"]])
    more = (*_TO_THE_EMULATOR, "--output", str(endpoint.folder / "assembly")) if words[0] == "cdk" else ()
    return subprocess.run(
        [*words, *more], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=900
    )


def follow(endpoint: Endpoint, entry: str) -> None:
    """Run the commands of an entry of the runbook, each of which must end as it says."""
    for command in commands(part(RUNBOOK.read_text(), entry)):
        done = run(endpoint, *command.words)
        assert done.returncode == command.exit_code, f"{command}: {done.stdout}{done.stderr}"
