"""Three stages side by side: the guard in the caller's thread, JSON reader and Parquet writer in one each.

The stages of Arrow release the interpreter's lock for as long as a batch takes. Whatever of Arrow is many short
calls is done in the caller's thread, since each call would wait for the lock that the guard holds.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from lambdas.curate_week.arrow import Rows, read_records, turns_table

# Small enough to be held twice, large enough that the footer stays small: 7 to 15 thousand turns.
ROW_GROUP_BYTES: Final = 32 * 1024 * 1024


class TurnsPipeline(AbstractContextManager["TurnsPipeline"]):
    """Batches of rows on their way into one Parquet file, in their order, a few of them at a time."""

    def __init__(self, writer: pq.ParquetWriter, on_turns: Callable[[pa.RecordBatch], None]) -> None:
        """Take the open file, and who is to see each batch of turns as it is written."""
        self._writer, self._on_turns = writer, on_turns
        self._reader_thread, self._writer_thread = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._reading: deque[tuple[Sequence[Rows], Future[pa.RecordBatch]]] = deque()
        self._writing: deque[Future[None]] = deque()
        self._group: list[pa.RecordBatch] = []
        self._group_bytes = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the threads, after the last batch unless there is an error; raise what stopped them."""
        try:
            if kind is None:
                self._finish()
        finally:
            self._reader_thread.shutdown(cancel_futures=True)
            self._writer_thread.shutdown(cancel_futures=True)

    def add(self, rows: Sequence[Rows]) -> None:
        """Take in the next rows, at least one; raise what stopped a thread."""
        self._reading.append((rows, self._reader_thread.submit(read_records, rows)))
        if len(self._reading) > 1:
            self._advance()

    def _advance(self) -> None:
        rows, records = self._reading.popleft()
        turns = turns_table(records.result(), rows)
        self._on_turns(turns)
        self._group.append(turns)
        self._group_bytes += turns.nbytes
        if self._group_bytes >= ROW_GROUP_BYTES:
            self._write_group()

    def _write_group(self) -> None:
        # In its batches, which the writer takes as well: to combine them would copy the week.
        table = pa.Table.from_batches(self._group)
        self._group, self._group_bytes = [], 0
        if self._writing:
            self._writing.popleft().result()
        self._writing.append(self._writer_thread.submit(self._writer.write_table, table, table.num_rows))

    def _finish(self) -> None:
        while self._reading:
            self._advance()
        if self._group:
            self._write_group()
        while self._writing:
            self._writing.popleft().result()
