"""Which files of a week's turns and runs no reader can need any more. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from lake.published import Published
from schemas.keys.grammar import CuratedFile, PartFile
from schemas.keys.layout import CuratedKey, PartKey, PlanKey

# Longer than any query runs, and any execution.
_SETTLED: Final = timedelta(days=1)


def superseded(
    published: Published, stored: Mapping[str, datetime], *, keep: Collection[str], now: datetime
) -> list[str]:
    """Return the keys of a week's turns and runs that no reader can need any more, once `keep` is what is named.

    `published` is what was named until then, for running queries. Nothing is superseded that was written, or last
    named, within a day: another execution may be about to name it, or a query be reading it. A part's receipt comes
    first, so that what is half deleted counts as not done.
    """
    if any(manifest and now - manifest.since < _SETTLED for manifest in published.manifests.values()):
        return []
    needed = {*keep, *published.named}
    needed |= {folder for key in needed if (folder := _part_folder(key))}
    found = [
        key
        for key, written in stored.items()
        if now - written >= _SETTLED and _is_removable(key) and not needed & {key, _part_folder(key)}
    ]
    return sorted(found, key=lambda key: (not key.endswith(PartFile.RECEIPT), key))


def _is_removable(key: str) -> bool:
    if CuratedKey.matches(key):
        return key.endswith((f"/{CuratedFile.TURNS}", f"/{CuratedFile.RUNS}"))
    return PartKey.matches(key) or PlanKey.matches(key)


def _part_folder(key: str) -> str:
    """Return the folder of a part's file, empty where the key is of none."""
    return key.rpartition("/")[0] if PartKey.matches(key) else ""
