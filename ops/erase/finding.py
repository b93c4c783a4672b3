"""Finds everything of a run or an object: versions in both Regions, items, and weeks that were curated from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ops.aws import CONNECTIONS
from ops.erase.asked import Asked
from ops.erase.index import Item, Items
from ops.parallel import in_parallel
from ops.registry.store import Store
from ops.versions import Version, versions_below
from schemas.keys.layout import RAW_PREFIX, RUN_PREFIXES
from schemas.keys.weeks import DateError, Week, parse_date


@dataclass(frozen=True, kw_only=True)
class Found:
    """What there is in raw/, scores/ and the index; `curated` are keys that only curated weeks name still."""

    primary: tuple[Version, ...] = ()
    replica: tuple[Version, ...] = ()
    items: tuple[Item, ...] = ()
    curated: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the objects, each once."""
        versions = {version.key for version in (*self.primary, *self.replica)}
        return tuple(sorted({*versions, *(item.object_key for item in self.items), *self.curated}))

    @property
    def weeks(self) -> tuple[Week, ...]:
        """The weeks that the objects are curated in, the oldest first."""
        return tuple(sorted({week for week in map(week_of_folder, self.keys) if week}))

    @property
    def days(self) -> tuple[str, ...]:
        """The folders of days in raw/ that the objects lie in."""
        return tuple(sorted({"/".join(key.split("/")[:2]) for key in self.keys if week_of_folder(key)}))


def week_of_folder(key: str) -> Week | None:
    """Return the week that an object is curated in, by the folder of its day; the rest of its key may be wrong."""
    folder = key.removeprefix(f"{RAW_PREFIX}dt=").partition("/")
    if not key.startswith(f"{RAW_PREFIX}dt=") or not folder[1]:
        return None
    try:
        return Week.of(parse_date(folder[0]))
    except DateError:
        return None


def find(asked: Asked, *, primary: Store, replica: Store, items: Items) -> Found:
    """Return what there is of it.

    Of a run every version below raw/ and scores/ is looked at, since a copy may lie under any key.
    """
    here, there = (versions(store, asked) for store in (primary, replica))
    keys = {version.key for version in (*here, *there)} | asked.keys
    found = {item for run in asked.runs for item in items.of_run(run)}
    found |= {item for key in sorted(keys) if key.startswith(RAW_PREFIX) for item in items.of_key(key)}
    return Found(primary=here, replica=there, items=tuple(sorted(found)))


def versions(store: Store, asked: Asked) -> tuple[Version, ...]:
    """Return the versions of what is asked for in one Region, by key, the oldest first."""
    prefixes = [*asked.keys, *(_folders(store) if asked.runs else ())]
    found = in_parallel(partial(_named, store, asked), prefixes, workers=CONNECTIONS)
    # A prefix may begin another one.
    each = {version for below in found for version in below}
    return tuple(sorted(each, key=lambda version: (version.key, version.written, version.version_id)))


def _named(store: Store, asked: Asked, prefix: str) -> list[Version]:
    return [found for found in versions_below(store.s3, store.bucket, prefix) if asked.names(found.key)]


def _folders(store: Store) -> Iterator[str]:
    """Yield prefixes that have every key between them, so that they can be listed side by side."""
    pages = store.s3.get_paginator("list_object_versions")
    for prefix in RUN_PREFIXES:
        for page in pages.paginate(Bucket=store.bucket, Prefix=prefix, Delimiter="/"):
            yield from (folder["Prefix"] for folder in page.get("CommonPrefixes", []))
            yield from {each["Key"] for each in (*page.get("Versions", []), *page.get("DeleteMarkers", []))}
