"""Curates the weeks of a sample, and counts the bytes that each query on turns touches: `scan FOLDER`."""

import json
import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from lambdas.curate_week.engine import curate
from lambdas.curate_week.inputs import Source, week_inputs
from lambdas.curate_week.listing import RawObject
from schemas.catalog.queries import LAYOUT_QUERIES
from schemas.keys.grammar import CuratedFile
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week
from tools.bench.programs.curate import objects
from tools.bench.pruning import needs_of, raw_bytes


def footers(folder: Path) -> Iterator[pq.FileMetaData]:
    """Yield the metadata of each curated week."""

    def read(source: Source) -> Iterator[bytes]:
        yield (folder / source.object.key).read_bytes()

    def week_of(found: RawObject) -> Week:
        return Week.of(RawKey.parse(found.key).dt)

    for week, found in groupby(sorted(objects(folder), key=week_of), week_of):
        with TemporaryDirectory() as out:
            runs = week_inputs(week, found).runs()
            curated = curate(runs, read=read, folder=Path(out), generated_from="scan")
            yield pq.read_metadata(curated.path(CuratedFile.TURNS))


def main(folder: Path) -> None:
    """Print for each query the bytes of raw JSON and of Parquet."""
    curated = list(footers(folder))
    raw = [(_partition(found.key), found.size) for found in objects(folder)]
    touched = {}
    for query in LAYOUT_QUERIES:
        if "FROM turns" in query.sql:
            needs = needs_of(query.sql)
            touched[f"{query.name} raw"] = raw_bytes(needs, raw)
            touched[f"{query.name} curated"] = sum(map(needs.bytes_of, curated))
    print(json.dumps(touched))  # noqa: T201 - the result


def _partition(key: str) -> Mapping[str, str]:
    parsed = RawKey.parse(key)
    return {"dt": str(parsed.dt), "model": parsed.model, "phase": parsed.phase}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
