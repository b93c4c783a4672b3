"""Weeks of raw objects from `ops sample`, made once and kept in `build/bench/data/`."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Final

from tools.bench.places import BUILD, REPOSITORY

# Of every sample the last week, and of most the only one; the layout document's queries name its days.
WEEK: Final = "2025-W45"
MODELS: Final = ("claude-3.5-sonnet", "claude-haiku-4.5", "claude-sonnet-4.5", "gemini-2.5-pro", "gpt-5", "llama-4")
_PHASES: Final = 4
_CELLS: Final = len(MODELS) * _PHASES


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A sample: `runs` for each of the 24 cells of model and phase in each week, of 3.5 KB a turn."""

    name: str
    runs: int
    turns: str = "24-40"
    weeks: int = 1
    bad_lines: float = 0.0

    @property
    def objects(self) -> int:
        """How many raw objects it has."""
        return self.weeks * _CELLS * self.runs

    @property
    def options(self) -> list[str]:
        """What `ops sample` is told."""
        return [
            f"--models={','.join(MODELS)}",
            f"--runs={self.runs}",
            f"--turns={self.turns}",
            f"--weeks={self.weeks}",
            f"--until={WEEK}",
            f"--bad-lines={self.bad_lines}",
        ]

    def folder(self) -> Path:
        """Return the folder that holds the sample, made unless a finished one with these options is there."""
        folder = BUILD / "data" / self.name
        stamp = folder / "sample.json"
        if not stamp.exists() or json.loads(stamp.read_bytes()) != self.options:
            rmtree(folder, ignore_errors=True)
            command = [sys.executable, "-m", "ops", "sample", "--to", str(folder), "--json", *self.options]
            subprocess.run(command, check=True, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
            stamp.write_text(json.dumps(self.options))
        return folder


@dataclass(frozen=True, kw_only=True)
class Samples:
    """The samples of a measurement; `few` is one in as few and large objects as the layout permits."""

    small: Sample
    large: Sample
    bad: Sample
    few: Sample
    months: Sample
    run: Sample = Sample(name="run", runs=1, turns="40")


FULL: Final = Samples(
    small=Sample(name="small", runs=75),
    large=Sample(name="large", runs=375),
    bad=Sample(name="bad", runs=75, bad_lines=0.01),
    few=Sample(name="few", runs=12, turns="200"),
    months=Sample(name="months", runs=20, weeks=6),
)
# For a look at how it works; start-up is most of what such small weeks cost.
QUICK: Final = Samples(
    small=Sample(name="quick-small", runs=2),
    large=Sample(name="quick-large", runs=10),
    bad=Sample(name="quick-bad", runs=2, bad_lines=0.01),
    few=Sample(name="quick-few", runs=1, turns="200"),
    months=Sample(name="quick-months", runs=2, weeks=6),
)


def raw_files(folder: Path) -> list[Path]:
    """Return the raw objects below a sample's folder, in the order of their keys."""
    return sorted(folder.glob("raw/*/*/*/*.jsonl"))


def megabytes(folder: Path) -> float:
    """Return how many units of 10^6 bytes the raw objects have."""
    return sum(path.stat().st_size for path in raw_files(folder)) / 10**6


def etag(path: Path) -> str:
    """Return what the loopback server gives as the ETag of a file, without quotes."""
    status = path.stat()
    return f"{status.st_mtime_ns:x}-{status.st_size:x}"
