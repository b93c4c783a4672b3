"""What is published of a week: its files, and the manifests through which the tables see them. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.keys.grammar import CuratedFile, CuratedTable, PartFile
from schemas.keys.layout import CuratedKey, PartKey, PlanKey
from schemas.keys.weeks import Week

# What a week has whether its turns are one part or several.
_OF_EVERY_WEEK: Final = frozenset({CuratedFile.REJECTED, CuratedFile.WEEKLY_SUMMARY})
# Longer than any query runs, and any execution.
_SETTLED: Final = timedelta(days=1)


@dataclass(frozen=True)
class PublishedFile:
    """A file of a week as it is published; digests are empty where it does not carry them."""

    etag: str
    generated_from: str
    wow_input: str = ""


@dataclass(frozen=True)
class Manifest:
    """A table's manifest as it is published: since when, and the keys that it names."""

    etag: str
    generated_from: str
    keys: tuple[str, ...]
    since: datetime


@dataclass(frozen=True)
class Published:
    """A week as it is published; `lost` are keys that a manifest names and that are not there."""

    week: Week
    files: Mapping[CuratedFile, PublishedFile | None]
    manifests: Mapping[CuratedTable, Manifest | None]
    lost: frozenset[str] = frozenset()

    @property
    def generation(self) -> str | None:
        """What the week was generated from; None where something is absent or lost, or it is a mixture.

        The manifests say what the week's turns and runs are. Those of a week of one part are files of the week, which
        say themselves what they were generated from.
        """
        named = self.named
        files = [file for name, file in self.files.items() if name in _OF_EVERY_WEEK or self._key(name) in named]
        found = {each.generated_from if each else None for each in (*files, *self.manifests.values())}
        return found.pop() if len(found) == 1 and not self.lost else None

    @property
    def named(self) -> frozenset[str]:
        """The keys that the manifests name."""
        return frozenset(key for manifest in self.manifests.values() if manifest for key in manifest.keys)

    def _key(self, file: CuratedFile) -> str:
        return str(CuratedKey(self.week, file))


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
