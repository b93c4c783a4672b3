"""Decides what an erasure has to do, or why it is not begun."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ops.curation.curated import published_weeks
from ops.erase.asked import Asked, RefusedError
from ops.erase.erasing import Plan
from ops.erase.finding import Found, find
from ops.erase.index import Items
from ops.erase.records import read_records, recorded
from ops.erase.rewriting import Rewriting, rewritings
from ops.erase.weeks import Weeks
from ops.registry.store import Store
from schemas.keys.layout import RAW_PREFIX
from schemas.models import Erasure

if TYPE_CHECKING:
    from lambdas.curate_week.store import WeekStore


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What is to be done, nothing where nothing is left; `before` has what was erased already, by run or key."""

    plan: Plan | None
    before: dict[str, Erasure] = field(default_factory=dict)


def plan(asked: Asked, *, primary: Store, replica: Store, items: Items, weeks: Weeks) -> Planned:
    """Return what an erasure has to do; raise `RefusedError` for what is in no place and in no record."""
    found = find(asked, primary=primary, replica=replica, items=items)
    missing = [*asked.without_trace(found.keys)]
    if any(missing):
        found = replace(found, curated=tuple(_only_curated(weeks.store, *missing)))
        missing = [*asked.without_trace(found.keys)]
    without_trace = [each for group in missing for each in group]
    rewritten: Sequence[Rewriting] = ()
    if asked.turns:
        rewritten = rewritings(primary, _raw(found).primary, asked.turns)
        found = _only(found, {each.key for each in rewritten})
        without_trace = [each for group in asked.without_trace(found.keys) for each in group]
    records = read_records(primary)
    before = {each: record for each in without_trace if (record := recorded(records, each, asked.turns))}
    if unknown := [each for each in without_trace if each not in before]:
        raise _unknown(unknown, asked)
    looked = [weeks.look(week, gone=() if asked.turns else found.keys) for week in found.weeks]
    made = Plan(asked=asked, found=found, weeks=looked, rewritings=rewritten)
    if not found.keys or _is_done(made, records):
        everything = (*sorted(asked.runs), *sorted(asked.keys))
        return Planned(
            plan=None, before={each: it for each in everything if (it := recorded(records, each, asked.turns))}
        )
    return Planned(plan=made, before=before)


def _only_curated(store: "WeekStore", runs: Sequence[str], keys: Sequence[str]) -> set[str]:
    """Return the keys of objects that curated weeks alone have a trace of: somebody deleted them by hand."""
    rows = (row for week in published_weeks(store.client, store.bucket) for row in store.runs(week))
    return {row.source_key for row in rows if row.run_id in runs or row.source_key in keys}


def _raw(found: Found) -> Found:
    return _only(found, {key for key in found.keys if key.startswith(RAW_PREFIX)})


def _only(found: Found, keys: set[str]) -> Found:
    return Found(
        primary=tuple(version for version in found.primary if version.key in keys),
        replica=tuple(version for version in found.replica if version.key in keys),
        items=tuple(item for item in found.items if item.object_key in keys),
        curated=tuple(key for key in found.curated if key in keys),
    )


def _unknown(unknown: Sequence[str], asked: Asked) -> RefusedError:
    names = ", ".join(unknown)
    if asked.turns:
        turns = ", ".join(map(str, sorted(asked.turns)))
        return RefusedError(f"{names}: no version has turn {turns}, and no record says that one was erased")
    return RefusedError(f"{names}: unknown: no version in either Region, no item, no curated row, no record")


def _is_done(plan: Plan, records: Sequence[Erasure]) -> bool:
    """Return whether nothing but the objects without their turns is left, and a record says so."""
    if not plan.rewritings or any(each.lines for each in plan.rewritings):
        return False
    kept = {each.key: each.etag for each in plan.rewritings}
    versions = (*plan.found.primary, *plan.found.replica)
    clean = all(version.current and version.etag == kept.get(version.key) for version in versions)
    return clean and all(recorded(records, key, plan.asked.turns) for key in plan.keys)
