"""Resources that CloudFormation replaces, drops, or knows by another logical id."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from tools.diff.finding import Category, Finding, finding
from tools.diff.kinds import Kinds
from tools.diff.values import shown
from tools.templates.model import Address, Lake, Path, Resource, canonical, dig

_KEPT: Final = ("Retain", "RetainExceptOnCreate", "Snapshot")
_WHOLE: Final[Path] = ()


def resource_findings(before: Lake, after: Lake, kinds: Kinds) -> Iterator[Finding]:
    """Yield what was replaced, removed, moved or is new."""
    removed = {address: found for address, found in before.resources.items() if address not in after.resources}
    added = {address: found for address, found in after.resources.items() if address not in before.resources}
    moved = _moves(removed, added, kinds)
    for address, resource in removed.items():
        successor = moved.get(address)
        yield _moved(resource, successor, kinds) if successor else _removed(resource, kinds)
    arrived = {resource.address for resource in moved.values()}
    for address, resource in added.items():
        if address not in arrived:
            yield finding(resource, Category.NEW, "new", f"new `{resource.type}`", _WHOLE)
    yield from _replacements(before, after, kinds)


def _category(resource: Resource, kinds: Kinds) -> Category:
    """Return whether something is lost with it: by its type, or because the template retains it."""
    stateful = kinds(resource.type).stateful or resource.body.get("DeletionPolicy") in _KEPT
    return Category.LOST if stateful else Category.REPLACED


def _removed(resource: Resource, kinds: Kinds) -> Finding:
    policy = resource.body.get("DeletionPolicy")
    fate = "stays behind, outside of the stack" if policy in _KEPT else "is deleted"
    change = f"`{resource.type}` removed; what it was {fate}"
    return finding(resource, _category(resource, kinds), "removed", change, _WHOLE)


def _moved(resource: Resource, successor: Resource, kinds: Kinds) -> Finding:
    to = successor.logical_id
    to = to if successor.stack == resource.stack else f"{successor.stack}/{to}"
    change = (
        f"`{resource.type}` moved: logical id `{resource.logical_id}` is now `{to}`, "
        "so CloudFormation makes another and drops this one"
    )
    found = finding(resource, _category(resource, kinds), "moved", change, _WHOLE)
    return replace(found, covers=(*found.covers, (*successor.address, _WHOLE)))


def _moves(
    removed: Mapping[Address, Resource], added: Mapping[Address, Resource], kinds: Kinds
) -> dict[Address, Resource]:
    """Return by the old address what is the same resource under another: same type and name, or same properties."""
    left: dict[str, list[Resource]] = {}
    for resource in added.values():
        left.setdefault(_identity(resource, kinds), []).append(resource)
    candidates = {address: left.get(_identity(resource, kinds), []) for address, resource in removed.items()}
    return {address: found.pop(0) for address, found in candidates.items() if found}


def _identity(resource: Resource, kinds: Kinds) -> str:
    values = [dig(resource.properties, path) for path in kinds(resource.type).identifier]
    named = bool(values) and all(isinstance(value, str) for value in values)
    return canonical([resource.type, values if named else resource.properties])


def _replacements(before: Lake, after: Lake, kinds: Kinds) -> Iterator[Finding]:
    both = [address for address in before.resources if address in after.resources]
    replaced: dict[Address, Finding] = {}
    # What refers to a replaced resource in a property that replaces is replaced as well, and so on.
    while True:
        pairs = ((before.resources[each], after.resources[each]) for each in both if each not in replaced)
        changes = (_replacement(old, new, kinds, {*replaced}) for old, new in pairs)
        found = {change.address: change for change in changes if change}
        if not found:
            break
        replaced |= found
    yield from replaced.values()


def _replacement(old: Resource, new: Resource, kinds: Kinds, replaced: set[Address]) -> Finding | None:
    if old.type != new.type:
        change = f"type `{old.type}` is now `{new.type}`, which CloudFormation refuses under one logical id"
        return finding(old, _category(old, kinds), "replaced", change, _WHOLE)
    kind = kinds(old.type)
    if not kind.known and canonical(old.properties) != canonical(new.properties):
        change = f"may be replaced: cfn-lint's schemas lack `{old.type}`"
        return finding(old, _category(old, kinds), "replaced", change)
    for verb, paths in (("replaced", kind.create_only), ("may be replaced", kind.conditionally)):
        for path in paths:
            was, now = dig(old.properties, path), dig(new.properties, path)
            if canonical(was) != canonical(now):
                change = f"{verb}: `{'.'.join(path)}` {shown(was, now)}"
                return finding(old, _category(old, kinds), "replaced", change, ("Properties", *path))
            if target := _refers_to(now, old.stack, replaced):
                change = f"{verb}: `{'.'.join(path)}` refers to `{target}`, which is replaced"
                return finding(old, _category(old, kinds), "replaced", change)
    return None


def _refers_to(value: object, stack: str, replaced: set[Address]) -> str | None:
    text = canonical(value)
    names = (name for of, name in sorted(replaced) if of == stack)
    return next((name for name in names if f"${{{name}}}" in text or f"${{{name}." in text), None)
