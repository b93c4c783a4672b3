"""Puts Trino together from Maven Central, each artifact with the checksum that is locked here.

`python -m tools.contract.assemble --lock` writes the checksums of what is fetched, after a change of pom.xml.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.local.emulator import REPOSITORY

HERE: Final = Path(__file__).parent
LOCK: Final = HERE / "artifacts.sha256"
CACHE: Final = REPOSITORY / "build" / "trino"
_PLUGIN: Final = "trino-hive-435"
_JAVA: Final = 17
_VERSION: Final = re.compile(r'version "(\d+)')
_SECONDS: Final = 900
_NEEDED: Final = f"Trino needs a JDK of Java {_JAVA} or later, and Maven (Debian: openjdk-17-jdk-headless maven)"


class AssemblyError(RuntimeError):
    """Trino cannot be put together; the message says in one line what is needed for it."""


def java() -> str:
    """Return the path of Java; raise `AssemblyError` unless it, its compiler and Maven are there and new enough."""
    found = {name: shutil.which(name) for name in ("java", "javac", "mvn")}
    if missing := [name for name, path in found.items() if path is None]:
        raise AssemblyError(f"no {missing[0]}: {_NEEDED}")
    path = str(found["java"])
    version = _VERSION.search(subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr)
    if version is None or int(version[1]) < _JAVA:
        raise AssemblyError(f"{path} is Java {version[1] if version else 'of no version'}: {_NEEDED}")
    return path


def assembled(*, cache: Path = CACHE, lock: Path = LOCK) -> Path:
    """Return the folder with Trino's `lib` and `plugin`, fetched unless it is there; raise `AssemblyError`."""
    wanted = lock.read_text(encoding="utf-8")
    folder = cache / hashlib.sha256(wanted.encode()).hexdigest()[:12]
    if not folder.exists():
        fetched = fetch(cache / "fetched")
        compare(checksums(fetched), parse(wanted))
        with zipfile.ZipFile(fetched / f"{_PLUGIN}.zip") as plugin:
            plugin.extractall(fetched / "plugin")
        # Only what is whole has this name.
        fetched.rename(folder)
    return folder


def fetch(folder: Path) -> Path:
    """Have Maven put the artifacts into an empty folder; its own cache lies beside it, and goes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    repository = folder.with_name("repository")
    sys.stderr.write("fetching Trino from Maven Central, 280 MB, once\n")
    done = subprocess.run(
        [
            str(shutil.which("mvn")),
            "--quiet",
            "--batch-mode",
            f"-Dmaven.repo.local={repository}",
            f"-Dfolder={folder}",
            "package",
        ],
        cwd=HERE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        reason = next((line for line in done.stdout.splitlines() if "ERROR" in line), "it says nothing")
        raise AssemblyError(f"mvn ended with exit code {done.returncode}: {reason}")
    shutil.rmtree(repository)
    return folder


def checksums(folder: Path) -> Mapping[str, str]:
    """Return the SHA-256 of each file below a folder, by its path there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def parse(lock: str) -> Mapping[str, str]:
    """Return the checksums of a lock, whose lines are those of `sha256sum`."""
    return {name: digest for digest, name in (line.split("  ", 1) for line in lock.splitlines())}


def compare(found: Mapping[str, str], locked: Mapping[str, str]) -> None:
    """Raise `AssemblyError` that names the first artifact that is missing, new or another."""
    different = sorted(name for name in {*found, *locked} if found.get(name) != locked.get(name))
    if different:
        more = f", and {len(different) - 1} more" if len(different) > 1 else ""
        raise AssemblyError(f"{different[0]}{more}: not as locked in {LOCK.name}")


def main(argv: Sequence[str]) -> int:
    """Assemble, or with `--lock` write the lock of what Maven fetches; return the exit code."""
    try:
        java()
        if argv == ["--lock"]:
            found = checksums(fetch(CACHE / "fetched"))
            LOCK.write_text("".join(f"{digest}  {name}\n" for name, digest in found.items()), encoding="utf-8")
        else:
            assembled()
    except AssemblyError as error:
        sys.stderr.write(f"tools.contract: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
