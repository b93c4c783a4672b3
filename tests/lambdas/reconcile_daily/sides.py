"""Objects and the items that describe them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from lambdas.reconcile_daily.compare import IndexedObject, StoredObject, Version
from schemas.run_index import run_id_of

NOW = datetime(2025, 11, 12, tzinfo=UTC)
KEYS = ("raw/a.jsonl", "raw/b.jsonl", "raw/c+é.jsonl")


def stored(keys: Iterable[str] = KEYS, *, modified: datetime = NOW - timedelta(days=1)) -> list[StoredObject]:
    return [StoredObject(key, Version(f"version of {key}", f"etag of {key}"), 1, modified) for key in sorted(keys)]


def indexed(keys: Iterable[str] = KEYS) -> list[IndexedObject]:
    return [IndexedObject(run_id_of(it.key), it.key, it.version) for it in stored(keys)]
