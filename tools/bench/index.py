"""Indexing: IndexRun's work for an object beside json and pydantic with the same checks."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.bench.data import raw_files
from tools.bench.places import RIVALS_PYTHON
from tools.bench.report import Section, Table
from tools.bench.runner import BenchmarkError, Measured, Program, interleaved, python
from tools.bench.settings import Settings

OURS: Final = "msgspec (ours)"
PYDANTIC: Final = "json and pydantic"
_MODULES: Final = {OURS: "tools.bench.programs.index", PYDANTIC: "tools.bench.rivals.index_pydantic"}
_INTERPRETERS: Final = {OURS: None, PYDANTIC: RIVALS_PYTHON}
_OBJECTS: Final = 1_000
_LARGE_MB: Final = 50
_PYTHON: Final = python("tools.bench.places", name="next to nothing")
_HANDLER: Final = python("lambdas.index_run.handler", name="the handler's imports")


@dataclass(frozen=True)
class _Figures:
    """What an engine needs: CPU milliseconds an object, lines a CPU second of a large one, and its memory."""

    object_ms: float
    lines_per_s: float
    peak_mb: float


def run(settings: Settings) -> Section:
    """Measure many objects of 40 turns, one large one, and how long the handler takes to import."""
    folder = settings.samples.run.folder()
    file = raw_files(folder)[0]
    body = file.read_bytes()
    turns, repeats = len(body.splitlines()), -(-_LARGE_MB * 10**6 // len(body))
    # Without an object there is start-up alone.
    workloads = {"none": (0, 1), "many": (_OBJECTS, 1), "large": (1, repeats)}
    programs = [
        _program(f"{engine}: {name}", engine, file, str(file.relative_to(folder)), *map(str, workload))
        for engine in _MODULES
        for name, workload in workloads.items()
    ]
    measured = interleaved([*programs, _PYTHON, _HANDLER], rounds=settings.rounds)
    for name in ("many", "large"):
        _check(measured[f"{OURS}: {name}"], measured[f"{PYDANTIC}: {name}"])
    found = {engine: _figures(measured, engine, lines=turns * repeats) for engine in _MODULES}
    return Section(
        name="index",
        figures={
            "speedup_vs_pydantic": found[PYDANTIC].object_ms / found[OURS].object_ms,
            "import_ms": (measured[_HANDLER.name].wall - measured[_PYTHON.name].wall) * 1_000,
            "lines_per_s": found[OURS].lines_per_s,
            "peak_rss_mb": found[OURS].peak_mb,
        },
        tables=[_table(found, turns)],
    )


def _program(name: str, engine: str, *arguments: str | Path) -> Program:
    return python(_MODULES[engine], *arguments, name=name, interpreter=_INTERPRETERS[engine])


def _figures(measured: Mapping[str, Measured], engine: str, *, lines: int) -> _Figures:
    none, many, large = (measured[f"{engine}: {name}"] for name in ("none", "many", "large"))
    object_ms = (many.cpu - none.cpu) / _OBJECTS * 1_000
    return _Figures(object_ms, lines / (large.cpu - none.cpu), large.peak_mb)


def _check(ours: Measured, theirs: Measured) -> None:
    """Raise `BenchmarkError` where the two say different things of the object."""
    if not ours.result or ours.result != theirs.result:
        raise BenchmarkError(f"the index of one object: {dict(ours.result)} is not {dict(theirs.result)}")


def _table(found: Mapping[str, _Figures], turns: int) -> Table:
    return Table(
        title=f"Index objects of {turns} turns, and one of {_LARGE_MB} MB",
        columns=("engine", "CPU ms an object", f"lines per CPU-s at {_LARGE_MB} MB", "peak MB"),
        rows=[(engine, each.object_ms, each.lines_per_s, each.peak_mb) for engine, each in found.items()],
    )
