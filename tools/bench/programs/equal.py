"""Compares weeks that were curated in folders, a part each, with each other: `equal ONE OTHER`."""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.keys.grammar import CuratedFile


def _table(week: Path, file: CuratedFile) -> pa.Table:
    return pa.concat_tables(
        pq.read_table(path).replace_schema_metadata() for path in sorted(week.glob(f"*/{file}"))
    ).combine_chunks()


def _content(week: Path, file: CuratedFile) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(week.glob(f"*/{file}")))


def main(one: Path, other: Path) -> None:
    """Print which file is not the same: rows are compared, and bytes of summary and refused lines."""
    different = [
        file for file in (CuratedFile.TURNS, CuratedFile.RUNS) if not _table(one, file).equals(_table(other, file))
    ]
    if _content(one, CuratedFile.REJECTED) != _content(other, CuratedFile.REJECTED):
        different.append(CuratedFile.REJECTED)
    if len({(week / CuratedFile.WEEKLY_SUMMARY).read_bytes() for week in (one, other)}) > 1:
        different.append(CuratedFile.WEEKLY_SUMMARY)
    print(json.dumps({"different": ", ".join(different)}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
