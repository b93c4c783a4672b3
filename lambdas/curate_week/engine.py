"""One pass over a week: raw objects in the order of the output, through validation, into files in a folder.

Memory is bounded by a few batches, whatever the week's size; nothing is published here.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import msgspec
import pyarrow.parquet as pq

from lambdas.curate_week.inputs import Source, WeekInputs
from lambdas.curate_week.parquet import open_turns
from lambdas.curate_week.pipeline import TurnsPipeline
from lambdas.curate_week.run import BATCH_BYTES, LineCounts, RejectedLine, curate_run
from lambdas.curate_week.summary import WeekStatistics
from schemas.keys.grammar import CuratedFile
from schemas.models import ModelConfig, WeeklySummary

if TYPE_CHECKING:
    from lambdas.curate_week.arrow import Rows

_encode: Final = msgspec.json.Encoder().encode


class MismatchError(RuntimeError):
    """Lines that are neither rows nor rejected nor duplicates: a defect, and nothing may be published."""


@dataclass(frozen=True)
class Counts:
    """What became of a week's lines; `rejected` counts lines, and objects with a bad key apart."""

    lines: int = 0
    rows: int = 0
    rejected: int = 0
    duplicates: int = 0
    bad_keys: int = 0
    bytes_in: int = 0


@dataclass(frozen=True)
class CuratedWeek:
    """A curated week in a folder: `turns.parquet`, `_rejected.jsonl`, and the summary's rows."""

    folder: Path
    counts: Counts
    summary: list[WeeklySummary]

    def path(self, file: CuratedFile) -> Path:
        """Return where a file of the week lies."""
        return self.folder / file


def curate(
    inputs: WeekInputs,
    *,
    read: Callable[[Source], Iterable[bytes]],
    folder: Path,
    models: Mapping[str, ModelConfig],
) -> CuratedWeek:
    """Curate a week that has objects into `folder`; raise `MismatchError` where the lines do not add up.

    `read` gives the content of a source; it is called in the order of `inputs.runs`.
    """
    generated_from = inputs.generated_from(models)
    statistics = WeekStatistics(week=str(inputs.week), generated_from=generated_from, models=models)
    path = folder / CuratedFile.TURNS
    with (
        _without_cycle_collection(),
        (folder / CuratedFile.REJECTED).open("wb") as rejected,
        open_turns(path, generated_from=generated_from) as writer,
        TurnsPipeline(writer, statistics.add) as turns,
    ):
        for object_ in inputs.refused:
            _write_rejected(rejected, object_.key, object_.reason)
        counts = _run_by_run(inputs, read, rejected, turns)
    _check(counts, written=pq.read_metadata(path).num_rows)
    return CuratedWeek(folder, counts, statistics.finish())


@contextmanager
def _without_cycle_collection() -> Iterator[None]:
    """Keep the garbage collector from visiting turns by the thousand, which hold no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _run_by_run(
    inputs: WeekInputs, read: Callable[[Source], Iterable[bytes]], rejected: IO[bytes], turns: TurnsPipeline
) -> Counts:
    def reject(line: RejectedLine) -> None:
        _write_rejected(rejected, *line)

    counts, rows = LineCounts(), 0
    batch: list[Rows] = []
    size = 0
    for each in chain.from_iterable(curate_run(sources, read, reject, counts) for sources in inputs.runs):
        rows += len(each.turns)
        batch.append(each)
        size += each.size
        if size >= BATCH_BYTES:
            turns.add(batch)
            batch, size = [], 0
    if batch:
        turns.add(batch)
    return Counts(**asdict(counts), rows=rows, bad_keys=len(inputs.refused), bytes_in=inputs.size)


def _write_rejected(out: IO[bytes], key: str, reason: str, line: int | None = None, raw: bytes | None = None) -> None:
    text = None if raw is None else raw.decode(errors="backslashreplace")
    out.write(_encode({"key": key, "line": line, "reason": reason, "raw": text}) + b"\n")


def _check(counts: Counts, *, written: int) -> None:
    accounted = counts.rows + counts.rejected + counts.duplicates
    if counts.lines != accounted or written != counts.rows:
        raise MismatchError(f"{counts.lines} lines, {accounted} accounted for, {written} rows written: {counts}")
