"""The stage of programs that run on an embedded AWS of their own."""

from pathlib import Path

import pytest

from tests.tools.local.stage import FakeEmulator
from tools.local import play


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder that reports go below, of a stage where no embedded AWS is started."""
    FakeEmulator.folder = tmp_path
    monkeypatch.setattr(play, "Emulator", FakeEmulator)
    monkeypatch.setattr(play, "REPOSITORY", tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    return tmp_path
