"""Measures whole processes from outside: start to exit, in turn with the ones that they are compared with."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from tools.bench.places import REPOSITORY

# Linux counts the peak in kilobytes, macOS in bytes.
_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024
_MEGABYTE: Final = 10**6


class BenchmarkError(RuntimeError):
    """A program that failed, or that gave another result than the one it is compared with."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """A command under the name by which reports call it; it runs in the repository's folder.

    What it prints last is one line of JSON, its result.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a program: the operating system's account of the process and the children that it waited for.

    `peak_mb` is the largest resident size of one of them, in units of 10^6 bytes. It cannot read below the size of
    the process that measures, so that one imports next to nothing.
    """

    wall: float
    cpu: float
    peak_mb: float
    result: Mapping[str, float]


@dataclass(frozen=True)
class Measured:
    """The runs of one program, in their order."""

    runs: Sequence[Run]

    @property
    def wall(self) -> float:
        """The median of the seconds on the clock."""
        return median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median of the seconds of CPU, user and system."""
        return median(run.cpu for run in self.runs)

    @property
    def peak_mb(self) -> float:
        """The median of the peak memory."""
        return median(run.peak_mb for run in self.runs)

    @property
    def result(self) -> Mapping[str, float]:
        """What the last run printed."""
        return self.runs[-1].result


def ratio(above: Measured, below: Measured, *, of: Callable[[Run], float]) -> float:
    """Return the median of the ratios taken round by round, which drifts of the machine's speed do not move."""
    return median(of(a) / of(b) for a, b in zip(above.runs, below.runs, strict=True))


def cpu_ratio(above: Measured, below: Measured) -> float:
    """Return how many times the CPU seconds of the one are those of the other."""
    return ratio(above, below, of=lambda run: run.cpu)


def wall_ratio(above: Measured, below: Measured) -> float:
    """Return how many times the seconds on the clock of the one are those of the other."""
    return ratio(above, below, of=lambda run: run.wall)


def interleaved(
    programs: Sequence[Program], *, rounds: int, measure: Callable[[Program], Run] | None = None
) -> Mapping[str, Measured]:
    """Return each program's runs, by its name: one of each, in their order, `rounds` times."""
    measuring = measure or run_once
    runs: dict[str, list[Run]] = {program.name: [] for program in programs}
    for _ in range(rounds):
        for program in programs:
            runs[program.name].append(measuring(program))
    return {name: Measured(found) for name, found in runs.items()}


def run_once(program: Program) -> Run:
    """Run the program and return its figures; raise `BenchmarkError` where it fails or prints no result."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), **(program.environment or {})}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(program.command, stdout=out, stderr=errors, env=environment, cwd=REPOSITORY)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode:
            told = errors.read().decode(errors="replace").strip().splitlines()[-1:]
            raise BenchmarkError(f"{program.name}: exit code {process.returncode}: {''.join(told)}")
        return Run(wall=wall, cpu=_cpu(usage), peak_mb=_peak_mb(usage), result=_result(program, out.read()))


def _cpu(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def _peak_mb(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss * _RSS_UNIT / _MEGABYTE


def _result(program: Program, printed: bytes) -> Mapping[str, float]:
    lines = printed.splitlines()
    if not lines:
        return {}
    try:
        result: Mapping[str, float] = json.loads(lines[-1])
    except ValueError:
        raise BenchmarkError(f"{program.name}: expected a result, it printed {lines[-1]!r}") from None
    return result


def python(module: str, *arguments: str | Path, name: str, interpreter: Path | None = None) -> Program:
    """Return the program that a module of this repository is."""
    return Program(
        name=name, command=[str(interpreter or sys.executable), "-m", module, *(str(each) for each in arguments)]
    )
