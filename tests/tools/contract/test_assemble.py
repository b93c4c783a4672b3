"""What stops Trino from being put together is one line that says what is needed."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.contract import assemble
from tools.contract.assemble import LOCK, AssemblyError, assembled, checksums, compare, java, main, parse

JAVA = "echo 'openjdk version \"%s\" 2025-04-15' >&2\n"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the only folder of commands that there is."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(folder: Path, commands: Mapping[str, str]) -> None:
    for name, body in commands.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}")
        (folder / name).chmod(stat.S_IRWXU)


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ({}, "no java: "),
        ({"java": JAVA % "17.0.15", "mvn": ""}, "no javac: "),
        ({"java": JAVA % "17.0.15", "javac": ""}, "no mvn: "),
        ({"java": JAVA % "11.0.2", "javac": "", "mvn": ""}, "/java is Java 11: "),
        ({"java": JAVA % "1.8.0_292", "javac": "", "mvn": ""}, "/java is Java 1: "),
        ({"java": "exit 1", "javac": "", "mvn": ""}, "/java is Java of no version: "),
    ],
)
def test_what_the_machine_lacks_is_one_line(
    machine: Path, commands: Mapping[str, str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    install(machine, commands)
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert expected in err
    assert "Trino needs a JDK of Java 17 or later, and Maven" in err


def test_newer_java_will_do(machine: Path) -> None:
    install(machine, {"java": JAVA % "21", "javac": "", "mvn": ""})
    assert java() == os.fspath(machine / "java")


def test_failure_of_maven_is_one_line(machine: Path, tmp_path: Path) -> None:
    install(machine, {"mvn": "echo '[INFO] x'; echo '[ERROR] no such artifact'; echo '[ERROR] help'; exit 1"})
    with pytest.raises(AssemblyError, match=r"^mvn ended with exit code 1: \[ERROR\] no such artifact$"):
        assembled(cache=tmp_path / "cache")


def test_artifact_that_is_not_the_locked_one_is_refused(machine: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    install(machine, {"mvn": f"/bin/mkdir -p {cache}/repository\necho other > {cache}/fetched/trino-main.jar"})
    lock = tmp_path / "lock"
    lock.write_text(f"{'0' * 64}  trino-main.jar\n")
    with pytest.raises(AssemblyError, match=r"^trino-main\.jar: not as locked in "):
        assembled(cache=cache, lock=lock)
    # What was refused is fetched again the next time.
    assert [folder.name for folder in cache.iterdir()] == ["fetched"]


@pytest.mark.parametrize("found", [{}, {"a": "1", "b": "2"}, {"a": "2"}])
def test_missing_new_and_changed_artifacts_differ(found: Mapping[str, str]) -> None:
    with pytest.raises(AssemblyError):
        compare(found, {"a": "1"})


def test_lock_names_the_engine_and_its_plugin_once(tmp_path: Path) -> None:
    locked = parse(LOCK.read_text())
    assert {"lib/trino-main-435.jar", f"{assemble._PLUGIN}.zip"} <= locked.keys()
    assert len(locked) == len(LOCK.read_text().splitlines())
    (tmp_path / "a").write_bytes(b"x")
    assert checksums(tmp_path) == {"a": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
