"""A Lambda function's asset: its files, its fingerprint, and how it is made without Docker."""

import hashlib
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from schemas.keys.layout import MODELS_KEY

REPOSITORY: Final = Path(__file__).resolve().parents[2]

# Neither code nor data of a function.
_NOT_SHIPPED: Final = frozenset({"__pycache__", "requirements.in", "requirements.txt"})
# Package metadata is kept, except for what tells which machine and installer put it there.
_INSTALLER_TRACES: Final = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json")


class BundleError(Exception):
    """A bundle that cannot be made; the message is one line that says what to do."""


class Target(Enum):
    """The platform a bundle's wheels are for; its value names the folder that `make setup` fills."""

    AWS = "aws"
    """Lambda's python3.13 on arm64; the same on every machine that synthesizes."""
    HOST = "host"
    """This interpreter and machine, for the embedded AWS, which runs functions as its subprocesses."""

    @property
    def platform(self) -> tuple[str, ...]:
        """What makes wheels for this target differ from others: Python version and platform."""
        if self is Target.AWS:
            return ("3.13", "aarch64-manylinux_2_28")
        return (str(sys.implementation.cache_tag), sysconfig.get_platform())

    @property
    def uv_options(self) -> tuple[str, ...]:
        """Options that make uv choose wheels for this target; for the host it asks this interpreter."""
        if self is Target.HOST:
            return ()
        version, platform = self.platform
        return ("--python-version", version, "--python-platform", platform)


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """One function's asset: `lambdas/<name>`, `lake`, `schemas`, packed data files and the pinned requirements.

    Inside, sources and data keep their paths relative to the repository and requirements lie beside them,
    so that the asset's root is the only entry that `sys.path` needs.
    """

    name: str
    target: Target
    data_files: tuple[str, ...] = (MODELS_KEY,)
    root: Path = REPOSITORY

    @property
    def source(self) -> Path:
        """The function's own folder. No two functions share it, since CDK keys assets by path as well."""
        return self.root / "lambdas" / self.name

    @property
    def shared(self) -> tuple[Path, ...]:
        """The packages that every function has."""
        return (self.root / "lake", self.root / "schemas")

    @property
    def handler(self) -> str:
        """The handler as Lambda names it."""
        return f"lambdas.{self.name}.handler.handler"

    @property
    def requirements(self) -> Path:
        """The function's compiled pins."""
        return self.source / "requirements.txt"

    @property
    def wheels(self) -> Path:
        """The wheelhouse of the target, filled by `make setup`."""
        return self.root / ".venv" / "wheels" / self.target.value

    def files(self) -> list[str]:
        """Return what is copied from the repository, as sorted paths relative to its root.

        Raises `BundleError` if a data file or the function's folder is missing.
        """
        missing = [path for path in self.data_files if not (self.root / path).is_file()]
        if missing or not self.source.is_dir():
            raise BundleError(f"bundle {self.name}: there is no {', '.join(missing) or self.source}")
        sources = [path for folder in (self.source, *self.shared) for path in folder.rglob("*")]
        relative = (path.relative_to(self.root) for path in sources if path.is_file())
        return sorted({*self.data_files, *(path.as_posix() for path in relative if _is_shipped(path))})

    def fingerprint(self) -> str:
        """Return a digest of everything that decides the bundle's content.

        That is each file, the pins, the target platform with its Python version, the handler and this
        module. CDK's own source hash would see the function's folder alone.
        """
        parts = [
            *(item for path in self.files() for item in (path.encode(), (self.root / path).read_bytes())),
            *(pin.encode() for pin in _pins(self.requirements)),
            *(item.encode() for item in (self.target.value, *self.target.platform, self.handler)),
            Path(__file__).read_bytes(),
        ]
        digest = hashlib.sha256()
        for part in parts:
            digest.update(len(part).to_bytes(8))
            digest.update(part)
        return digest.hexdigest()

    def write(self, output: Path) -> None:
        """Put the bundle together in `output`, an existing empty folder, without network, readable by everyone.

        Raises `BundleError` if the wheelhouse lacks a pinned wheel, or has one with another hash.
        """
        self._install(output)
        for path in self.files():
            (output / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.root / path, output / path)
        _let_everyone_read(output)

    def _install(self, output: Path) -> None:
        command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--color", "never", "--no-config"]
        command += ["--no-cache", "--offline", "--no-index", "--find-links", str(self.wheels)]
        command += ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--link-mode", "copy"]
        command += ["--python", sys.executable, *self.target.uv_options]
        command += ["--target", str(output), "--requirements", str(self.requirements)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            reason = " ".join(done.stderr.split())
            raise BundleError(f"bundle {self.name} for {self.target.value}: run `make setup` ({reason})")
        shutil.rmtree(output / "bin", ignore_errors=True)
        (output / ".lock").unlink(missing_ok=True)
        for trace in _INSTALLER_TRACES:
            for path in output.glob(f"*.dist-info/{trace}"):
                path.unlink()


def _let_everyone_read(folder: Path) -> None:
    """Give each file the mode that Lambda's own user needs, whatever umask it was written under.

    https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html
    """
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _is_shipped(path: Path) -> bool:
    """Return whether a file below a source folder is part of the function; documentation is not."""
    hidden = any(part.startswith(".") or part in _NOT_SHIPPED for part in path.parts)
    return not hidden and path.suffix not in {".md", ".pyc"}


def _pins(requirements: Path) -> list[str]:
    lines = (line.strip() for line in requirements.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]
