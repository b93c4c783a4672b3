"""The programs that curate a sample in parts, each in a process of its own, and compare it with one pass."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from schemas.keys.grammar import CuratedFile
from schemas.keys.weeks import Week
from tests.lambdas.curate_week.lake import raw_key, run_body
from tools.bench.data import WEEK
from tools.bench.runner import python, run_once

RUNS = 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(RUNS):
        key = raw_key(Week.parse(WEEK), f"{number}" * 26, day=number)
        file = tmp_path / "sample" / str(key)
        file.parent.mkdir(parents=True)
        file.write_bytes(run_body(key, *[9 - number] * (number + 1)) + b"no turn\n")
    return tmp_path / "sample"


def result(program: str, *arguments: object) -> Mapping[str, object]:
    return run_once(python(f"tools.bench.programs.{program}", *map(str, arguments), name=program)).result


def test_a_week_in_parts_is_that_of_one_pass_and_a_late_object_makes_one_part_anew(
    folder: Path, tmp_path: Path
) -> None:
    one, parts, other = (tmp_path / name for name in ("one", "parts", "other"))
    rows = {"rows": sum(range(1, RUNS + 1))}
    assert result("parts", "curate", folder, one, 0) == rows
    found = result("parts", "most", folder, RUNS)
    assert found["parts"] == RUNS
    assert result("parts", "curate", folder, parts, found["most"]) == rows
    assert len([*parts.glob(f"*/{CuratedFile.TURNS}")]) == RUNS
    assert result("equal", one, parts) == {"different": ""}
    assert result("parts", "late", folder, found["most"]) == {"redone": 1, "parts": RUNS}
    (folder / str(raw_key(Week.parse(WEEK), "0" * 26, day=0))).write_bytes(b"no turn at all\n")
    result("parts", "curate", folder, other, 0)
    named = str(result("equal", one, other)["different"]).split(", ")
    assert {*named} == {*CuratedFile}
