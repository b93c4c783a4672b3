"""The floor under `curate`: Arrow's JSON reader and the engine's Parquet writer, each alone.

`floor table TURNS IPC` makes the table for the writer, `floor FOLDER IPC OUT` reads the sample's bytes through the
reader, drops what comes out, and then writes the table.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.ipc as pi
import pyarrow.json as pj
import pyarrow.parquet as pq

from lambdas.curate_week.arrow import POOL
from lambdas.curate_week.parquet import open_turns
from schemas.catalog.columns import arrow_fields, record_columns
from schemas.models import Turn
from tools.bench.data import raw_files

# The size at which the reader is fastest.
_PIECE_BYTES: Final = 8 * 1024 * 1024


def _with_nulls(field: pa.Field) -> pa.Field:
    """Return the field as lines have it: whatever has a default may be absent."""
    kind = field.type
    if pa.types.is_list(kind):
        kind = pa.list_(_with_nulls(kind.value_field))
    if pa.types.is_struct(kind):
        kind = pa.struct([_with_nulls(part) for part in kind])
    return pa.field(field.name, kind)


_RECORD: Final = pa.schema([_with_nulls(field) for field in arrow_fields(record_columns(Turn), pa)])


def read_json(content: bytes) -> pa.Table:
    """Return the records that Arrow's JSON reader finds in lines."""
    return pj.read_json(
        pa.BufferReader(content),
        # one block for all, since a line must not span two
        read_options=pj.ReadOptions(use_threads=False, block_size=len(content) + 1),
        parse_options=pj.ParseOptions(explicit_schema=_RECORD, unexpected_field_behavior="error"),
        memory_pool=POOL,
    )


def save_table(turns: Path, ipc: Path) -> None:
    """Write the turns as Arrow has them in memory, a batch for each row group."""
    file = pq.ParquetFile(turns)
    with pi.new_file(ipc, file.schema_arrow) as writer:
        for group in range(file.num_row_groups):
            writer.write_table(file.read_row_group(group).combine_chunks())


def batches(folder: Path) -> Iterator[bytes]:
    """Yield the sample's bytes in pieces that suit the reader."""
    pieces, size = [], 0
    for path in raw_files(folder):
        pieces.append(path.read_bytes())
        size += len(pieces[-1])
        if size >= _PIECE_BYTES:
            yield b"".join(pieces)
            pieces, size = [], 0
    if pieces:
        yield b"".join(pieces)


def main(folder: Path, ipc: Path, out: Path) -> None:
    """Do the two one after the other, and print how many rows the reader saw."""
    rows = sum(read_json(content).num_rows for content in batches(folder))
    with pa.memory_map(str(ipc)) as mapped, open_turns(out, generated_from="floor") as writer:
        table = pi.open_file(mapped)
        for at in range(table.num_record_batches):
            writer.write_batch(table.get_batch(at))
    print(json.dumps({"rows": rows}))  # noqa: T201 - the result


if __name__ == "__main__":
    if sys.argv[1] == "table":
        save_table(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
