"""What an erasure finds, does and leaves, as an operator sees it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from ops.erase.erasing import Plan
from ops.erase.left import Left
from ops.erase.weeks import CuratedWeek
from ops.screen import show_table
from ops.versions import Version
from schemas.models import Erasure
from schemas.names import PRIMARY_REGION, REPLICA_REGION

_MEGABYTE = 10**6


@dataclass(kw_only=True)
class Result:
    """What came of it: the plan, what it leaves, the record once it is written, and what went wrong."""

    plan: Plan | None
    before: Mapping[str, Erasure]
    left: Sequence[Left] = ()
    record: str | None = None
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> Mapping[str, object]:
        """Return the result for machines."""
        plan = self.plan
        return {
            "objects": [_as_json(version, region) for region, versions in _regions(plan) for version in versions],
            "turns": [asdict(each) for each in plan.rewritings] if plan else [],
            "items": [item._asdict() for item in plan.found.items] if plan else [],
            "weeks": [
                {
                    "week": str(week.week),
                    "versions": len(week.primary),
                    "versions_in_replica": len(week.replica),
                    "becomes": becomes(week),
                }
                for week in (plan.weeks if plan else ())
            ],
            "left": [asdict(each) for each in self.left],
            "erased_before": {named: record.erasure_id for named, record in self.before.items()},
            "record": self.record,
            "problems": self.problems,
        }

    def show(self) -> None:
        """Print the result for people."""
        done = self.record is not None
        if self.plan:
            show_table(
                "Erased" if done else "Would be erased with --confirm",
                ("place", "Region", "versions", "deletions", "MB", "what becomes of it"),
                [*_objects(self.plan), *_items(self.plan), *_weeks(self.plan.weeks)],
            )
            show_table("What stays", ("place", "goes"), [(each.what, each.until) for each in self.left])
        if self.before:
            show_table(
                "Erased before",
                ("what", "when", "record"),
                [(named, f"{it.at:%Y-%m-%d %H:%M}", it.erasure_id) for named, it in sorted(self.before.items())],
            )


def becomes(week: CuratedWeek) -> str:
    """Return what becomes of a week."""
    if week.is_made_again:
        return f"curated again from {week.siblings:,} objects"
    return "deleted: nothing else is in it" if week.is_published else "not curated: earlier versions are deleted"


def _regions(plan: Plan | None) -> Iterator[tuple[str, Sequence[Version]]]:
    if plan:
        yield from ((PRIMARY_REGION, plan.found.primary), (REPLICA_REGION, plan.found.replica))


def _objects(plan: Plan) -> Iterator[tuple[str | int | float, ...]]:
    lines = {each.key: each.lines for each in plan.rewritings}
    for region, versions in _regions(plan):
        for key in plan.keys:
            of_key = [version for version in versions if version.key == key]
            if of_key:
                markers = sum(version.is_marker for version in of_key)
                size = sum(version.size or 0 for version in of_key) / _MEGABYTE
                what = f"written without {lines[key]:,} lines" if key in lines else "deleted"
                yield key, region, len(of_key) - markers, markers, size, what


def _items(plan: Plan) -> Iterator[tuple[str | int | float | None, ...]]:
    what = "written again" if plan.rewritings else "removed"
    for item in plan.found.items:
        yield f"item of {item.object_key}", PRIMARY_REGION, None, None, None, what


def _weeks(weeks: Sequence[CuratedWeek]) -> Iterator[tuple[str | int | float, ...]]:
    for week in weeks:
        sides = ((PRIMARY_REGION, week.primary, becomes(week)), (REPLICA_REGION, week.replica, "deleted"))
        for region, versions, what in sides:
            if versions or region == PRIMARY_REGION:
                markers = sum(version.is_marker for version in versions)
                size = sum(version.size or 0 for version in versions) / _MEGABYTE
                yield f"week {week.week}", region, len(versions) - markers, markers, size, what


def _as_json(version: Version, region: str) -> Mapping[str, object]:
    return {
        "region": region,
        "key": version.key,
        "version_id": version.version_id,
        "written": version.written.isoformat(),
        "bytes": version.size,
        "archived": version.archived,
    }
