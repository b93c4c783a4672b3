"""Erases what was found, step by step, each of which may be done again.

Objects are hidden first, so that nobody reads them and weeks are curated without them. The delete markers that hide
them go last, after the record is written: until then whatever was cut off finds its way by their keys.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from botocore.exceptions import ClientError

from lake.s3_errors import is_changed
from ops.erase.asked import Asked, RefusedError
from ops.erase.copies import wait_for_copies
from ops.erase.finding import Found, versions
from ops.erase.index import Item, Items
from ops.erase.rewriting import Rewriting, has_turns, rewrite, written_again
from ops.erase.rows import traces
from ops.erase.weeks import CuratedWeek, Weeks, delete, versions_of_week
from ops.index.index_run import Repair
from ops.registry.store import Store
from ops.versions import Version, versions_of
from schemas.keys.layout import RAW_PREFIX
from schemas.run_index import run_id_of


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that is to be done; `rewritings` are of objects that lose single turns."""

    asked: Asked
    found: Found
    weeks: Sequence[CuratedWeek]
    rewritings: Sequence[Rewriting] = ()

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of the objects."""
        return self.found.keys

    @property
    def raw_keys(self) -> list[str]:
        """Those that the index describes."""
        return [key for key in self.keys if key.startswith(RAW_PREFIX)]


@dataclass(frozen=True)
class Erased:
    """How many versions of the objects were deleted in both Regions, and what is left, a line each."""

    versions: int
    left: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Erasing:
    """Carries out a plan; `sleep` waits so many seconds, `say` is given what is under way."""

    plan: Plan
    primary: Store
    replica: Store
    items: Items
    repair: Repair
    weeks: Weeks
    sleep: Callable[[float], object]
    say: Callable[[str], object]

    def run(self) -> Erased:
        """Erase everything but the markers that hide it, and read everything again.

        Raise `RefusedError` where somebody writes an object meanwhile, or a week is not made without it.
        """
        self.say("waiting for copies under way")
        wait_for_copies(self.primary, self.plan.found.primary, sleep=self.sleep)
        self.weeks.rehearse(self.plan.weeks)
        self.say("hiding objects")
        for rewriting in self.plan.rewritings:
            rewrite(self.primary, rewriting, self.plan.asked.turns)
        if not self.plan.asked.turns:
            for version in self.plan.found.primary:
                self._hide(version)
        erased = self._erased()
        for week in self.plan.weeks:
            self.say(f"week {week.week}")
            self.weeks.clear(week, erased)
        self.say("deleting versions")
        count = delete(self.primary, self._old(self.plan.found.primary, erased))
        count += delete(self.replica, self._old(self.plan.found.replica, erased, markers=True))
        # Not before: an event that comes late finds its version gone.
        self._repair_index()
        self.say("reading everything again")
        return Erased(count, [*self._problems(erased)])

    def unhide(self) -> list[str]:
        """Delete the markers, and return what is left of the objects, a line each."""
        if self.plan.asked.turns:
            return []
        for key in self.plan.keys:
            delete(self.primary, (version for version in self._of(self.primary, key) if version.is_marker))
        return [*self._versions_left({})]

    def _hide(self, version: Version) -> None:
        if not version.current or version.etag is None:
            return
        try:
            self.primary.s3.delete_object(Bucket=self.primary.bucket, Key=version.key, IfMatch=version.etag)
        except ClientError as error:
            if not is_changed(error):
                raise
            raise written_again(version.key) from None

    def _repair_index(self) -> None:
        if not (keys := self.plan.raw_keys):
            return
        for failure in self.repair(keys).failures:
            raise RefusedError(f"{failure.key}: its item was not removed: {failure.reason}: run this again")
        if not self.plan.asked.turns:
            # What IndexRun does not look at: items that were written by hand.
            self.items.remove(item for item in self._items() if item.run_id != run_id_of(item.object_key))

    def _items(self) -> Iterator[Item]:
        for run in sorted(self.plan.asked.runs):
            yield from self.items.of_run(run)
        for key in self.plan.raw_keys:
            yield from self.items.of_key(key)

    def _of(self, store: Store, key: str) -> list[Version]:
        return [*versions_of(store.s3, store.bucket, key)]

    def _erased(self) -> dict[str, str | None]:
        """Return the keys, and the ETags of the objects that are there without turns; None of whole objects."""
        if not self.plan.asked.turns:
            return dict.fromkeys(self.plan.keys)
        return {key: (self.primary.etag(key) or "").strip('"') for key in self.plan.keys}

    def _old(
        self, found: Sequence[Version], erased: Mapping[str, str | None], *, markers: bool = False
    ) -> list[Version]:
        """Return the versions that hold what is erased; with `markers` delete markers, too, which hide nothing."""
        whole = markers or bool(self.plan.asked.turns)
        return [version for version in found if (whole or not version.is_marker) and not _is_kept(version, erased)]

    def _problems(self, erased: Mapping[str, str | None]) -> Iterator[str]:
        yield from self._versions_left(erased)
        yield from self._items_left()
        for week in self.plan.weeks:
            if self.weeks.left(week, erased):
                yield f"week {week.week}: has versions of before in {self.primary.region}: run this again"
            if next(versions_of_week(self.replica, week.week), None):
                yield f"week {week.week}: has versions in {self.replica.region}: run this again"
            if week.is_made_again:
                yield from traces(self.primary, self.weeks.store, week.week, erased, self.plan.asked.turns)

    def _versions_left(self, erased: Mapping[str, str | None]) -> Iterator[str]:
        """Yield what is there of the objects in both Regions: written since they were looked at."""
        for store in (self.primary, self.replica):
            for version in versions(store, self.plan.asked):
                if version.etag and self._is_meant(version) and not _is_kept(version, erased):
                    at = f"{store.region} at {version.written:%Y-%m-%d %H:%M:%S}"
                    yield f"{version.key}: was written again in {at}: stop its writer, and run this again"

    def _is_meant(self, version: Version) -> bool:
        """Return whether a version has to go; where turns are, a run's objects that have none of them stay."""
        return not self.plan.asked.turns or version.key in self.plan.keys

    def _items_left(self) -> Iterator[str]:
        if self.plan.asked.turns:
            for key in self.plan.raw_keys:
                if has_turns(self.primary, key, self.plan.asked.turns):
                    raise written_again(key)
                current = next((version.version_id for version in self._of(self.primary, key) if version.current), "")
                if self.items.version(Item(run_id_of(key), key)) != current:
                    yield f"{key}: its item describes another version: run this again"
            return
        for item in sorted({*self._items()}):
            yield f"{item.object_key}: has an item, of run {item.run_id}: run this again"


def _is_kept(version: Version, erased: Mapping[str, str | None]) -> bool:
    """Return whether a version is the object without the turns."""
    kept = erased.get(version.key)
    return version.current and version.etag is not None and version.etag.strip('"') == kept
