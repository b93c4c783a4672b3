from pathlib import Path

import pytest

from lambdas.curate_week.workspace import work_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_empty_and_gone_afterwards(temporary: Path) -> None:
    with work_folder() as folder:
        assert folder.is_dir()
        (folder / "file").write_bytes(b"x")
    assert [*temporary.iterdir()] == []


def failing_work() -> None:
    with work_folder() as folder:
        (folder / "file").write_bytes(b"x")
        raise ZeroDivisionError


def test_a_folder_is_gone_after_a_failure(temporary: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        failing_work()
    assert [*temporary.iterdir()] == []


def test_what_an_invocation_that_was_ended_left_is_removed(temporary: Path) -> None:
    left = temporary / "socratic-bench-curate-week-left"
    left.mkdir()
    (left / "turns.parquet").write_bytes(b"x" * 1000)
    other = temporary / "anothers"
    other.mkdir()
    with work_folder() as folder:
        assert {*temporary.iterdir()} == {folder, other}


def test_a_folder_that_somebody_works_in_stays() -> None:
    with work_folder() as first, work_folder() as second:
        assert first.is_dir()
        assert second.is_dir()
        assert first != second
