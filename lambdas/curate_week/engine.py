"""One pass over runs: raw objects in the order of the output, through validation, into files in a folder.

Memory is bounded by a few batches, however many runs there are; nothing is published here.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import msgspec
import pyarrow.parquet as pq

from lambdas.curate_week.cells import Cell, Statistics
from lambdas.curate_week.counts import Counts, check
from lambdas.curate_week.inputs import RefusedObject, Source
from lambdas.curate_week.parquet import open_turns, write_runs
from lambdas.curate_week.pipeline import TurnsPipeline
from lambdas.curate_week.run import BATCH_BYTES, LineCounts, RejectedLine, curate_run
from schemas.keys.grammar import CuratedFile

if TYPE_CHECKING:
    from lambdas.curate_week.arrow import Rows

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class CuratedRuns:
    """Curated runs in a folder: `turns.parquet`, `runs.parquet`, `_rejected.jsonl`; and their sums."""

    folder: Path
    counts: Counts
    cells: list[Cell]

    def path(self, file: CuratedFile) -> Path:
        """Return where a file lies."""
        return self.folder / file


def curate(
    runs: Sequence[Sequence[Source]],
    *,
    refused: Iterable[RefusedObject] = (),
    read: Callable[[Source], Iterable[bytes]],
    folder: Path,
    generated_from: str,
) -> CuratedRuns:
    """Curate runs in the order of the output into `folder`; raise `MismatchError` where the lines do not add up.

    `read` gives the content of a source; it is called in the order of `runs`.
    """
    statistics = Statistics()
    path = folder / CuratedFile.TURNS
    with (
        _without_cycle_collection(),
        (folder / CuratedFile.REJECTED).open("wb") as rejected,
        open_turns(path, generated_from=generated_from) as writer,
        TurnsPipeline(writer, statistics.add) as turns,
    ):
        _write_refused(rejected, refused)
        counts = _run_by_run(runs, read, rejected, turns)
    cells, rows = statistics.finish()
    write_runs(folder / CuratedFile.RUNS, rows)
    check(counts, written=pq.read_metadata(path).num_rows)
    return CuratedRuns(folder, counts, cells)


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
    runs: Sequence[Sequence[Source]],
    read: Callable[[Source], Iterable[bytes]],
    rejected: IO[bytes],
    turns: TurnsPipeline,
) -> Counts:
    def reject(line: RejectedLine) -> None:
        _write_rejected(rejected, *line)

    counts, rows = LineCounts(), 0
    batch: list[Rows] = []
    size = 0
    for each in chain.from_iterable(curate_run(sources, read, reject, counts) for sources in runs):
        rows += len(each.turns)
        batch.append(each)
        size += each.size
        if size >= BATCH_BYTES:
            turns.add(batch)
            batch, size = [], 0
    if batch:
        turns.add(batch)
    bytes_in = sum(source.object.size for sources in runs for source in sources)
    return Counts(**asdict(counts), rows=rows, bytes_in=bytes_in)


def write_refused(path: Path, refused: Iterable[RefusedObject]) -> None:
    """Write the rejected entries of objects that are refused as a whole."""
    with path.open("wb") as out:
        _write_refused(out, refused)


def _write_refused(out: IO[bytes], refused: Iterable[RefusedObject]) -> None:
    for object_ in refused:
        _write_rejected(out, object_.key, object_.reason)


def _write_rejected(out: IO[bytes], key: str, reason: str, line: int | None = None, raw: bytes | None = None) -> None:
    text = None if raw is None else raw.decode(errors="backslashreplace")
    out.write(_encode({"key": key, "line": line, "reason": reason, "raw": text}) + b"\n")
