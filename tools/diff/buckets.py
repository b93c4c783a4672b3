"""Lifecycle and replication of a bucket, rule by rule: what goes sooner, and what is no longer copied."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tools.diff.finding import Category, Finding, finding
from tools.diff.template import Json, Path, Resource, canonical, dig, items, mapping

_SCOPE: Final = ("Prefix", "Filter", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
_LIFECYCLE: Final[Path] = ("LifecycleConfiguration", "Rules")
_REPLICATION: Final[Path] = ("ReplicationConfiguration", "Rules")
# These tidy up: they take nothing that anyone could still read.
_HARMLESS: Final = ("AbortIncompleteMultipartUpload", "ExpiredObjectDeleteMarker")
_TRANSITIONS: Final = {
    "Transition": "objects",
    "Transitions": "objects",
    "NoncurrentVersionTransition": "noncurrent versions",
    "NoncurrentVersionTransitions": "noncurrent versions",
}
_IN_WORDS: Final = {
    "ExpirationInDays": "objects expire",
    "NoncurrentVersionExpiration": "noncurrent versions expire",
    "NoncurrentVersionExpirationInDays": "noncurrent versions expire",
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
        path = ("TimeToLiveSpecification",)
        was, now = (mapping(dig(side.properties, path)) for side in (old, new))
        if now.get("Enabled") in (True, "true") and canonical(was) != canonical(now):
            change = f"items expire by `{now.get('AttributeName')}`"
            yield finding(old, Category.WEAKENED, "lifecycle", change, ("Properties", *path))


def _lifecycle(old: Resource, new: Resource) -> Iterator[Finding]:
    was, now = (dict(_effects(dig(side.properties, _LIFECYCLE))) for side in (old, new))
    for effect in [*was, *(effect for effect in now if effect not in was)]:
        before, after = was.get(effect), now.get(effect)
        if canonical(before) == canonical(after):
            continue
        sooner = after is not None and (before is None or after < before)
        category = Category.WEAKENED if sooner and not effect.harmless else Category.SETTINGS
        told = f"{effect.scope}: {effect.does}: {_days(before)} → {_days(after)}"
        yield finding(old, category, "lifecycle", told, ("Properties", *_LIFECYCLE))


def _days(days: float | None) -> str:
    if days is None:
        return "never"
    return f"after {canonical(days)} day{'' if days == 1 else 's'}" if days else "at once"


def _effects(rules: object) -> Iterator[tuple[Effect, float]]:
    """Yield each effect of the enabled rules; the soonest comes last, where rules share one."""
    found = [effect for rule in items(rules) for effect in _rule_effects(mapping(rule))]
    yield from sorted(found, key=lambda each: -each[1])


def _rule_effects(rule: Json) -> Iterator[tuple[Effect, float]]:
    if rule.get("Status") != "Enabled":
        return
    scope = _scope(rule)
    for key, value in rule.items():
        if key in (*_SCOPE, "Id", "Status") or value is False:
            continue
        if key in _TRANSITIONS:
            for move in map(mapping, items(value)):
                does = f"{_TRANSITIONS[key]} move to {move.get('StorageClass')}"
                days = next((move[name] for name in ("TransitionInDays", "TransitionDate") if name in move), 0)
                yield _timed(Effect(scope, does, harmless=False), days)
            continue
        yield _timed(Effect(scope, _IN_WORDS.get(key, key), harmless=key in _HARMLESS), value)


def _timed(effect: Effect, value: object) -> tuple[Effect, float]:
    """Return an effect with its days; what is no number of days becomes part of what it does."""
    inner = mapping(value)
    days = next(iter(inner.values()), 0) if len(inner) == 1 else value
    if isinstance(days, bool):
        return effect, 0
    if isinstance(days, int | float):
        return effect, days
    return Effect(effect.scope, f"{effect.does} {canonical(value)}", effect.harmless), 0


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
    for scope in [*was, *(scope for scope in now if scope not in was)]:
        before, after = was.get(scope), now.get(scope)
        if before == after:
            continue
        if before is None:
            yield finding(
                old, Category.SETTINGS, "replication", f"{scope} is replicated", ("Properties", *_REPLICATION)
            )
            continue
        told = f"{scope} is no longer replicated" if after is None else f"{scope}: {_told(before, after)}"
        category = Category.WEAKENED if after is None or _worse(before, after) else Category.SETTINGS
        yield finding(old, category, "replication", told, ("Properties", *_REPLICATION))


def _copies(bucket: Resource) -> dict[str, dict[str, object]]:
    """Return by scope what the enabled rules say besides their id and priority."""
    rules = map(mapping, items(dig(bucket.properties, _REPLICATION)))
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


def _told(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    changed = (key for key in before if before[key] != after[key])
    return "replication changed: " + ", ".join(
        f"{key} `{canonical(before[key])}` → `{canonical(after[key])}`" for key in changed
    )


def _worse(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Whether copies go elsewhere, may come later, or deletes follow them."""
    moved = before["destination"] != after["destination"]
    slower = before["time control"] is not None and before["time control"] != after["time control"]
    return moved or slower or (not before["deletes are copied"] and bool(after["deletes are copied"]))
