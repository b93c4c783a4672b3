"""Weeks that were curated from what is erased: they are curated again, and what they were before is deleted."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ops.aws import CONNECTIONS
from ops.curation import CurationFailedError, Engine
from ops.erase.asked import RefusedError
from ops.erase.superseded import is_foreign, mentions_erased, names_erased, of_folder, superseded
from ops.parallel import in_parallel
from ops.registry.store import Store
from ops.versions import Version, versions_below
from schemas.curation import CurationRequest
from schemas.keys.grammar import CuratedTable, PlanFile
from schemas.keys.layout import RAW_PREFIX, ReportKey, SymlinkKey, week_folder
from schemas.keys.weeks import Week

if TYPE_CHECKING:
    from lambdas.curate_week.store import WeekStore


@dataclass(frozen=True, kw_only=True)
class CuratedWeek:
    """A week before the erasure: its versions in each Region, and the raw objects that it is to be made of then.

    `archived` are those of them that have to be restored before.
    """

    week: Week
    primary: tuple[Version, ...]
    replica: tuple[Version, ...]
    siblings: int
    archived: tuple[str, ...]

    @property
    def is_published(self) -> bool:
        """Whether readers see anything of it."""
        return any(version.current and not version.is_marker for version in self.primary)

    @property
    def is_made_again(self) -> bool:
        """Whether it is curated from other objects."""
        return self.is_published and self.siblings > 0

    @property
    def foreign(self) -> tuple[str, ...]:
        """The keys of files that no curation writes: nobody knows what they hold."""
        return tuple(version.key for version in self.primary if is_foreign(version))


@dataclass(frozen=True, kw_only=True)
class Weeks:
    """Curated weeks in both Regions; those of the replica were made by a recovery, and are not made again."""

    primary: Store
    replica: Store
    store: "WeekStore"
    engine: Engine
    current: Week

    def look(self, week: Week, *, gone: Collection[str]) -> CuratedWeek:
        """Return a week as it is, with the objects that it has besides those that will be gone."""
        days = (self.primary.listing(f"{RAW_PREFIX}dt={day}/") for day in week.days())
        siblings = [each for listing in days for each in listing if each.key not in gone]
        return CuratedWeek(
            week=week,
            primary=tuple(versions_of_week(self.primary, week)),
            replica=tuple(versions_of_week(self.replica, week)),
            siblings=len(siblings),
            archived=tuple(each.key for each in siblings if each.archived),
        )

    def rehearse(self, found: Iterable[CuratedWeek]) -> None:
        """Raise `RefusedError` where the curation does not even look at a week that it has to make again."""
        for each in found:
            self._ask(each, dry_run=True)

    def clear(self, found: CuratedWeek, erased: Mapping[str, str | None]) -> None:
        """Have a week made without what is erased, and delete what it was; `erased` as in `names_erased`."""
        if not found.siblings:
            delete(self.primary, self.left(found, erased))
        self._ask(found)
        if found.is_made_again and not self.store.published(found.week).generation:
            raise RefusedError(f"week {found.week}: is not complete: another curation is at work, run this again")
        delete(self.primary, self.left(found, erased))
        delete(self.replica, versions_of_week(self.replica, found.week))

    def left(self, found: CuratedWeek, erased: Mapping[str, str | None]) -> list[Version]:
        """Return the versions in the primary that are to be deleted."""
        versions = list(versions_of_week(self.primary, found.week))
        if not found.siblings:
            return [version for version in versions if not is_foreign(version)]
        report = str(ReportKey(found.week))
        named = self.store.published(found.week).named
        curated = [version for version in versions if version.key != report]
        return [
            *superseded(curated, named=named, holds=self._holds(erased)),
            *(version for version in versions if version.key == report),
        ]

    def _holds(self, erased: Mapping[str, str | None]) -> Callable[[str], bool]:
        @cache
        def holds(folder: str) -> bool:
            key = of_folder(folder)
            test = mentions_erased if key.endswith(PlanFile.PLAN) else names_erased
            return test(self.store.content(key), erased)

        return holds

    def _ask(self, found: CuratedWeek, *, dry_run: bool = False) -> None:
        """Have a week curated; without objects it has nothing but a successor, which compares itself with it."""
        if found.week > self.current or (found.siblings and not found.is_published):
            return
        try:
            self.engine.ask(CurationRequest(weeks=[str(found.week)], dry_run=dry_run))
        except CurationFailedError as error:
            what = (
                "cannot be curated again, nothing is erased" if dry_run else "was not curated again, run this again"
            )
            raise RefusedError(f"week {found.week}: {what}: {error}") from error


def versions_of_week(store: Store, week: Week) -> Iterator[Version]:
    """Yield the versions of what is made of a week: its folder, its tables' manifests, its report."""
    manifests = (str(SymlinkKey(table, week)) for table in CuratedTable)
    for prefix in (week_folder(week), *manifests, str(ReportKey(week))):
        yield from versions_below(store.s3, store.bucket, prefix)


def delete(store: Store, versions: Iterable[Version]) -> int:
    """Delete versions for good, side by side; return how many."""

    def each(version: Version) -> None:
        store.s3.delete_object(Bucket=store.bucket, Key=version.key, VersionId=version.version_id)

    return sum(1 for _ in in_parallel(each, versions, workers=CONNECTIONS))
