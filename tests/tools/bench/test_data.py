import json
from pathlib import Path

import pytest

from tools.bench import data
from tools.bench.data import FULL, QUICK, Sample, megabytes, raw_files


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(data, "BUILD", tmp_path)
    return tmp_path


SAMPLE = Sample(name="tiny", runs=1, turns="1")


def test_a_sample_has_the_objects_that_it_says(build: Path) -> None:
    folder = SAMPLE.folder()
    assert folder == build / "data" / "tiny"
    assert len(raw_files(folder)) == SAMPLE.objects == 24
    assert 0.01 < megabytes(folder) < 1


def test_a_finished_sample_is_kept_and_another_or_unfinished_one_made_anew(build: Path) -> None:
    file = raw_files(SAMPLE.folder())[0]
    file.write_bytes(b"kept")
    assert raw_files(SAMPLE.folder())[0].read_bytes() == b"kept"
    (build / "data" / "tiny" / "sample.json").write_text(json.dumps(["--runs=7"]))
    assert raw_files(SAMPLE.folder())[0].read_bytes() != b"kept"
    (build / "data" / "tiny" / "sample.json").unlink()
    file.write_bytes(b"left over")
    assert raw_files(SAMPLE.folder())[0].read_bytes() != b"left over"


def test_the_weeks_have_the_objects_that_the_figures_are_named_after() -> None:
    assert (FULL.small.objects, FULL.large.objects) == (1_800, 9_000)
    assert QUICK.large.objects < FULL.small.objects
