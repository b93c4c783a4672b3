"""Sorts items on disk, with little in memory: by their keys, or by the run that several of them share."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from lambdas.reconcile_daily.compare import IndexedObject, Version

# The file is gone with the process: nothing in it has to survive.
_SET_UP: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA temp_store = FILE;
"""
_ITEMS: Final = "CREATE TABLE item (run_id TEXT, object_key TEXT, version_id TEXT, etag TEXT)"
_IN_ORDER: Final = "SELECT run_id, object_key, version_id, etag FROM item ORDER BY object_key, run_id"
_RUNS: Final = "CREATE TABLE run (run_id TEXT, object_key TEXT)"
_OF_SEVERAL_OBJECTS: Final = """
SELECT run_id, object_key FROM run
WHERE run_id IN (SELECT run_id FROM run GROUP BY run_id HAVING count(*) > 1)
ORDER BY run_id, object_key
"""


@contextmanager
def in_key_order(items: Iterable[IndexedObject]) -> Iterator[Iterator[IndexedObject]]:
    """Give the items by key, as their UTF-8 orders."""
    with _database(_ITEMS) as database:
        rows = ((item.run_id, item.key, item.version.version_id, item.version.etag) for item in items)
        database.executemany("INSERT INTO item VALUES (?, ?, ?, ?)", rows)
        ordered = database.execute(_IN_ORDER)
        yield (IndexedObject(run_id, key, Version(version, etag)) for run_id, key, version, etag in ordered)


@dataclass(frozen=True)
class RunsOnDisk:
    """Which objects each run has."""

    database: sqlite3.Connection

    def add(self, items: Iterable[IndexedObject]) -> None:
        """Take in items."""
        self.database.executemany("INSERT INTO run VALUES (?, ?)", ((item.run_id, item.key) for item in items))

    def of_several_objects(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each partition key that has more than one item, and their keys."""
        rows = self.database.execute(_OF_SEVERAL_OBJECTS)
        for run_id, group in groupby(rows, key=lambda row: str(row[0])):
            yield run_id, [key for _, key in group]


@contextmanager
def runs_on_disk() -> Iterator[RunsOnDisk]:
    """Give a place for runs, which is gone afterwards."""
    with _database(_RUNS) as database:
        yield RunsOnDisk(database)


@contextmanager
def _database(table: str) -> Iterator[sqlite3.Connection]:
    with TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "sorted.sqlite")) as database:
        database.executescript(f"{_SET_UP}{table};")
        yield database
