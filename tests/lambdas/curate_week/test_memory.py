"""Memory is bounded by a line and a batch, whatever a run holds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_MOST = 512 * 1024 * 1024
_TURNS = 40


@pytest.mark.parametrize("field", ["later_field", "seed_id", "violations"])
def test_a_run_of_large_turns_takes_no_more_memory_than_a_few_of_them(field: str, tmp_path: Path) -> None:
    # A process of its own, since the peak is that of a process since its birth.
    command = [sys.executable, "-m", "tests.lambdas.curate_week.large_run", field, str(_TURNS), "14", str(tmp_path)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=300).stdout)
    assert (found["lines"], found["accounted"]) == (_TURNS, _TURNS)
    assert found["peak"] < _MOST
