"""Lifecycle and replication of a bucket, rule by rule: what goes sooner, and what is no longer copied."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tools.diff.finding import Category, Finding, finding
from tools.diff.values import shown
from tools.templates.model import Json, Path, Resource, canonical, dig, items, mapping

_SCOPE: Final = ("Prefix", "Filter", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
_LIFECYCLE: Final[Path] = ("LifecycleConfiguration", "Rules")
_REPLICATION: Final[Path] = ("ReplicationConfiguration", "Rules")
# These tidy up: they take nothing that anyone could still read.
_HARMLESS: Final = ("AbortIncompleteMultipartUpload", "ExpiredObjectDeleteMarker")
_IN_WORDS: Final = {
    "ExpirationInDays": "objects expire",
    "NoncurrentVersionExpiration": "noncurrent versions expire",
    "NoncurrentVersionExpirationInDays": "noncurrent versions expire",
    "Transition": "objects move to",
    "Transitions": "objects move to",
    "NoncurrentVersionTransition": "noncurrent versions move to",
    "NoncurrentVersionTransitions": "noncurrent versions move to",
    "AbortIncompleteMultipartUpload": "unfinished uploads are aborted",
    "ExpiredObjectDeleteMarker": "lone delete markers expire",
}


@dataclass(frozen=True)
class Effect:
    """What a lifecycle rule does to the objects of a scope."""

    scope: str
    does: str
    harmless: bool


def bucket_findings(old: Resource, new: Resource) -> Iterator[Finding]:
    """Yield what changed in a bucket's lifecycle and replication, or in a table's expiry."""
    if old.type == "AWS::S3::Bucket":
        yield from _lifecycle(old, new)
        yield from _replication(old, new)
    if old.type == "AWS::DynamoDB::Table":
        path = "TimeToLiveSpecification"
        was, now = (mapping(side.at(path)) for side in (old, new))
        if now.get("Enabled") in (True, "true") and canonical(was) != canonical(now):
            change = f"items expire by `{now.get('AttributeName')}`"
            yield finding(old, Category.WEAKENED, "lifecycle", change, ("Properties", path))


def _lifecycle(old: Resource, new: Resource) -> Iterator[Finding]:
    was, now = (_effects(side.at(*_LIFECYCLE)) for side in (old, new))
    for effect in {**was, **now}:
        before, after = was.get(effect), now.get(effect)
        if before == after:
            continue
        sooner = after is not None and (before is None or after < before)
        category = Category.WEAKENED if sooner and not effect.harmless else Category.SETTINGS
        change = f"{effect.scope}: {effect.does}: {_days(before)} → {_days(after)}"
        yield finding(old, category, "lifecycle", change, ("Properties", *_LIFECYCLE))


def _days(days: float | None) -> str:
    if days is None:
        return "never"
    return f"after {days:g} day{'' if days == 1 else 's'}" if days else "at once"


def _effects(rules: object) -> dict[Effect, float]:
    """Return after how many days the enabled rules do what, the soonest where they share an effect."""
    found: dict[Effect, float] = {}
    for rule in map(mapping, items(rules)):
        for key in {*rule} - {*_SCOPE, "Id", "Status"} if rule.get("Status") == "Enabled" else ():
            for value in items(rule[key]):
                does, days = _timed(_IN_WORDS.get(key, key), value)
                effect = Effect(_scope(rule), does, harmless=key in _HARMLESS)
                found[effect] = min(days, found.get(effect, days))
    return found


def _timed(does: str, value: object) -> tuple[str, float]:
    """Return an effect in words and its days; all that is no number of days belongs to the words."""
    inner = mapping(value) or {"": value}
    numbers = [each for each in inner.values() if isinstance(each, int | float) and not isinstance(each, bool)]
    rest = [each if isinstance(each, str) else canonical(each) for each in inner.values() if each not in numbers]
    words = [does, *(each for each in rest if each != "true")]
    return " ".join([*words, *map(canonical, numbers[1:])]), numbers[0] if numbers else 0


def _scope(rule: Json) -> str:
    """Return what a rule applies to: a prefix, or whatever else it says."""
    scope = {key: rule[key] for key in _SCOPE if rule.get(key) not in (None, "", {}, [])}
    nested = mapping(scope.get("Filter"))
    if [*scope] == ["Filter"] and [*nested] == ["Prefix"]:
        scope = dict(nested)
    if [*scope] == ["Prefix"]:
        return f"`{scope['Prefix']}`"
    return f"`{canonical(scope)}`" if scope else "the whole bucket"


def _replication(old: Resource, new: Resource) -> Iterator[Finding]:
    was, now = _copies(old), _copies(new)
    for scope in {**was, **now}:
        before, after = was.get(scope), now.get(scope)
        if before == after:
            continue
        category = Category.SETTINGS
        if before is None:
            change = f"{scope} is replicated"
        elif after is None:
            category, change = Category.WEAKENED, f"{scope} is no longer replicated"
        else:
            category = Category.WEAKENED if _worse(before, after) else category
            changed = (f"{key} {shown(before[key], after[key])}" for key in before if before[key] != after[key])
            change = f"{scope}: replication changed: {', '.join(changed)}"
        yield finding(old, category, "replication", change, ("Properties", *_REPLICATION))


def _copies(bucket: Resource) -> dict[str, Json]:
    """Return by scope what the enabled rules say besides their id and priority."""
    rules = map(mapping, items(bucket.at(*_REPLICATION)))
    return {
        _scope(rule): {
            "destination": dig(rule, ("Destination", "Bucket")),
            "time control": dig(rule, ("Destination", "ReplicationTime")),
            "deletes are copied": dig(rule, ("DeleteMarkerReplication", "Status")) == "Enabled",
            "rest": {key: rule[key] for key in rule if key not in (*_SCOPE, "Id", "Priority", "Destination")},
            "rest of destination": {
                key: value
                for key, value in mapping(rule.get("Destination")).items()
                if key not in ("Bucket", "ReplicationTime")
            },
        }
        for rule in rules
        if rule.get("Status") == "Enabled"
    }


def _worse(before: Json, after: Json) -> bool:
    """Whether copies go elsewhere, may come later, or deletes follow them."""
    moved = before["destination"] != after["destination"]
    slower = before["time control"] is not None and before["time control"] != after["time control"]
    return moved or slower or (not before["deletes are copied"] and bool(after["deletes are copied"]))
