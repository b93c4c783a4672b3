"""Reads what is published of a week, and finds rows and refused lines of what is erased."""

from collections.abc import Collection, Iterator, Mapping
from typing import IO, TYPE_CHECKING

import msgspec

from ops.registry.store import Store
from schemas.keys.grammar import CuratedFile, CuratedTable, PartFile
from schemas.keys.layout import CuratedKey, PartKey
from schemas.keys.weeks import Week

if TYPE_CHECKING:
    from lambdas.curate_week.store import WeekStore


class _Rejected(msgspec.Struct):
    key: str


def traces(
    store: Store, weeks: "WeekStore", week: Week, erased: Mapping[str, str | None], turns: Collection[int]
) -> Iterator[str]:
    """Yield each published file of a week that has rows or refused lines of what is erased, as a line to show."""
    published = weeks.published(week)
    named = {table: manifest.keys if manifest else () for table, manifest in published.manifests.items()}
    for key in named[CuratedTable.CURATED_TURNS]:
        with store.fetched(key) as file:
            if _has_rows(file, erased, turns):
                yield f"{key}: has rows of it: run this again"
    if turns:
        # A run keeps its row, and a line that is refused has no turn to tell it by.
        return
    for key in named[CuratedTable.CURATED_RUNS]:
        with store.fetched(key) as file:
            if _has_rows(file, erased, ()):
                yield f"{key}: has rows of it: run this again"
    rejected = {str(CuratedKey(week, CuratedFile.REJECTED))}
    rejected |= {_beside(key) for key in named[CuratedTable.CURATED_TURNS] if PartKey.matches(key)}
    for key in sorted(rejected):
        with store.fetched(key) as file:
            file.seek(0)
            if any(msgspec.json.decode(line, type=_Rejected).key in erased for line in file):
                yield f"{key}: has refused lines of it: run this again"


def _beside(turns: str) -> str:
    """Return the key of the lines that were refused where a part's turns were curated."""
    part = PartKey.parse(turns)
    return str(PartKey(part.week, part.sha256, PartFile.REJECTED))


def _has_rows(file: IO[bytes], erased: Collection[str], turns: Collection[int]) -> bool:
    # pyarrow would slow down the start of every command.
    import pyarrow.parquet as pq  # noqa: PLC0415

    file.seek(0)
    columns = ["source_key", "turn"] if turns else ["source_key"]
    for batch in pq.ParquetFile(file).iter_batches(columns=columns):
        for row in batch.to_pylist():
            if row["source_key"] in erased and (not turns or row["turn"] in turns):
                return True
    return False
