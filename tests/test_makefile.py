"""Set-up does the same whatever the caller's settings are, and again where the folder was moved."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "Ort mit Lücke"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "show.mk").write_text("show:\n\t@env -0\n")
    return folder


def make(folder: Path, *arguments: str, **settings: str) -> str:
    environment = {**os.environ, **settings}
    command = ["make", "-f", "Makefile", "-f", "show.mk", "--silent", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NODE_ENV", "production"),
        ("NODE_OPTIONS", "--require=missing"),
        ("npm_config_omit", "dev"),
        ("npm_config_global", "true"),
        ("NPM_CONFIG_PRODUCTION", "true"),
        ("PIP_TARGET", "elsewhere"),
        ("PIP_NO_BINARY", ":all:"),
        ("PIP_REQUIRE_HASHES", "1"),
        ("UV_SYSTEM_PYTHON", "1"),
        ("UV_OFFLINE", "1"),
        ("UV_CONSTRAINT", "elsewhere"),
        ("PYTHONHOME", "elsewhere"),
        ("PYTHONOPTIMIZE", "2"),
    ],
)
def test_a_setting_of_the_caller_reaches_no_recipe(clone: Path, name: str, value: str) -> None:
    assert f"{name}=" not in make(clone, "show", **{name: value})


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "npm_config_registry", "HTTPS_PROXY"])
def test_where_packages_are_fetched_from_is_the_callers(clone: Path, name: str) -> None:
    assert f"{name}=https://mirror.example" in make(clone, "show", **{name: "https://mirror.example"}).split("\0")


@pytest.mark.parametrize("name", ["PIP_CONFIG_FILE", "npm_config_userconfig", "npm_config_globalconfig"])
def test_files_of_the_caller_are_not_read(clone: Path, name: str) -> None:
    shown = dict(line.split("=", 1) for line in make(clone, "show", **{name: __file__}).split("\0") if line)
    assert not Path(shown[name]).is_file()


def test_a_moved_folder_is_set_up_again_from_what_it_had_downloaded(clone: Path) -> None:
    for kept in (".venv/.cache/uv", ".venv/wheels/host", ".venv/bin", ".venv/.stamps"):
        (clone / kept).mkdir(parents=True)
    make(clone, ".venv/.place")
    assert sorted(path.name for path in (clone / ".venv").iterdir()) == [".cache", ".place", "wheels"]


def test_a_folder_that_stays_is_left_alone(clone: Path) -> None:
    make(clone, ".venv/.place")
    before = (clone / ".venv" / ".place").stat().st_mtime_ns
    (clone / ".venv" / "bin").mkdir()
    make(clone, ".venv/.place")
    assert (clone / ".venv" / "bin").is_dir()
    assert (clone / ".venv" / ".place").stat().st_mtime_ns == before
    moved = clone.rename(clone.with_name("moved"))
    make(moved, ".venv/.place")
    assert not (moved / ".venv" / "bin").exists()
