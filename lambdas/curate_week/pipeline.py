"""Two stages side by side: validation and columns in the caller's thread, the Parquet writer in its own.

The writer releases the interpreter's lock for as long as a row group takes. Whatever of Arrow is many short calls is
done in the caller's thread, since each call would wait for the lock that validation holds.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from lambdas.curate_week.arrow import Rows, turns_table

# Small enough to be held twice, large enough that the footer stays small: 7 to 15 thousand turns.
ROW_GROUP_BYTES: Final = 32 * 1024 * 1024


class TurnsPipeline(AbstractContextManager["TurnsPipeline"]):
    """Batches of rows on their way into one Parquet file, in their order, a row group at a time."""

    def __init__(self, writer: pq.ParquetWriter, on_turns: Callable[[pa.Table], None]) -> None:
        """Take the open file, and who is to see each row group's turns as they are written."""
        self._writer, self._on_turns = writer, on_turns
        self._thread = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None
        self._group: list[pa.RecordBatch] = []
        self._group_bytes = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the writer, after the last row group unless there is an error; raise what stopped it."""
        try:
            if kind is None:
                self._write_group()
                self._wait()
        finally:
            self._thread.shutdown(cancel_futures=True)

    def add(self, rows: Sequence[Rows]) -> None:
        """Take in the next rows, at least one; raise what stopped the writer."""
        turns = turns_table(rows)
        self._group.append(turns)
        self._group_bytes += turns.nbytes
        if self._group_bytes >= ROW_GROUP_BYTES:
            self._write_group()

    def _write_group(self) -> None:
        if not self._group:
            return
        # In its batches, which the writer takes as well: to combine them would copy the week.
        table = pa.Table.from_batches(self._group)
        self._group, self._group_bytes = [], 0
        self._on_turns(table)
        self._wait()
        self._writing = self._thread.submit(self._writer.write_table, table, table.num_rows)

    def _wait(self) -> None:
        if self._writing:
            self._writing.result()
