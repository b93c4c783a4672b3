"""Items in the order of their keys, whatever the order they come in: sorted on disk, with little in memory."""

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
CREATE TABLE item (run_id TEXT, object_key TEXT, version_id TEXT, etag TEXT);
"""
_IN_ORDER: Final = "SELECT run_id, object_key, version_id, etag FROM item ORDER BY object_key, run_id"
_OF_SEVERAL_OBJECTS: Final = """
SELECT run_id, object_key FROM item
WHERE run_id IN (SELECT run_id FROM item GROUP BY run_id HAVING count(*) > 1)
ORDER BY run_id, object_key
"""


@dataclass(frozen=True)
class SortedItems:
    """Items in a file."""

    database: sqlite3.Connection

    def in_order(self) -> Iterator[IndexedObject]:
        """Yield the items by key, as their UTF-8 orders."""
        for run_id, key, version_id, etag in self.database.execute(_IN_ORDER):
            yield IndexedObject(run_id, key, Version(version_id, etag))

    def runs_of_several_objects(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each partition key that has more than one item, and their keys."""
        rows = self.database.execute(_OF_SEVERAL_OBJECTS)
        for run_id, group in groupby(rows, key=lambda row: str(row[0])):
            yield run_id, [key for _, key in group]


@contextmanager
def sorted_items(items: Iterable[IndexedObject]) -> Iterator[SortedItems]:
    """Take the items into a temporary file and give what reads them in order."""
    with TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "items.sqlite")) as database:
        database.executescript(_SET_UP)
        rows = ((item.run_id, item.key, item.version.version_id, item.version.etag) for item in items)
        database.executemany("INSERT INTO item VALUES (?, ?, ?, ?)", rows)
        yield SortedItems(database)
