"""Permissions that are wider or narrower than before, and denials that are gone."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tools.diff.finding import Category, Finding
from tools.diff.values import words
from tools.markdown import code
from tools.templates.grants import Grant, Key, grants
from tools.templates.model import Lake, plain_id
from tools.templates.statements import ANYONE, Atom

_THIS_ACCOUNT: Final = "${AWS::AccountId}"
_NOTHING: Final = Grant(label="")
_ARN: Final = re.compile(r"\$\{([A-Za-z0-9]+)\.Arn\}")


def permission_findings(before: Lake, after: Lake) -> Iterator[Finding]:
    """Yield what each role and each resource policy allows or denies more, or less."""
    was, now = grants(before), grants(after)
    for key in {**was, **now}:
        yield from _changes(key, was.get(key, _NOTHING), now.get(key, _NOTHING))


def _changes(key: Key, old: Grant, new: Grant) -> Iterator[Finding]:
    gained, lost = _beyond(new.atoms, old.atoms), _beyond(old.atoms, new.atoms)
    label, covers = new.label or old.label, (*old.places, *new.places)

    def found(category: Category, rule: str, change: str) -> Finding:
        return Finding(category=category, rule=rule, address=key[0], subject=label, change=change, covers=covers)

    for group in _grouped(atom for atom in lost if not atom.allows):
        rule = f"deny-{group[0].sid}" if group[0].sid else "deny"
        yield found(Category.WEAKENED, rule, f"no longer denied{_for(group)}: {_what(group)}")
    for group in _grouped(atom for atom in gained if atom.allows):
        category = Category.OPENED if any(map(_is_outside, group)) else Category.WIDENED
        yield found(category, category.name.lower(), f"{_who(group)}may {_what(group)}")
    for group in _grouped(atom for atom in gained if not atom.allows):
        yield found(Category.NARROWED, "narrowed", f"now denied{_for(group)}: {_what(group)}")
    for group in _grouped(atom for atom in lost if atom.allows):
        yield found(Category.NARROWED, "narrowed", f"{_who(group)}no longer may {_what(group)}")


def _beyond(some: Iterable[Atom], others: Iterable[Atom]) -> list[Atom]:
    """Return the atoms that none of the others covers."""
    same = {*others}
    return [atom for atom in some if atom not in same and not any(atom.covered_by(other) for other in same)]


def _is_outside(atom: Atom) -> bool:
    """Whether a principal is neither a service of AWS nor of this account."""
    kind, _, name = atom.principal.partition(":")
    if not atom.principal or kind == "Service":
        return False
    return atom.principal == ANYONE or (_THIS_ACCOUNT not in name and not name.startswith("${"))


def _grouped(found: Iterable[Atom]) -> Iterator[list[Atom]]:
    """Yield atoms together that differ only in actions and resources, each action being on each resource."""
    actions: dict[tuple[str, ...], list[Atom]] = {}
    for atom in found:
        actions.setdefault((atom.principal, atom.condition, atom.sid, atom.resource), []).append(atom)
    groups: dict[tuple[object, ...], list[Atom]] = {}
    for (principal, condition, sid, _), group in actions.items():
        same = frozenset(atom.action for atom in group)
        groups.setdefault((principal, condition, sid, same), []).extend(group)
    yield from groups.values()


def _who(group: list[Atom]) -> str:
    return f"{code(group[0].principal)} " if group[0].principal else ""


def _for(group: list[Atom]) -> str:
    return f" for {code(group[0].principal)}" if group[0].principal else ""


def _what(group: list[Atom]) -> str:
    """Return the actions, on what, under which condition, and the statement's id."""
    first = group[0]
    actions, resources = (sorted({getattr(atom, name) for atom in group} - {""}) for name in ("action", "resource"))
    parts = [words(actions)]
    if resources:
        parts.append(f"on {words([_named(resource) for resource in resources])}")
    if first.condition_in_words:
        parts.append(f"where {code(first.condition_in_words)}")
    return " ".join(parts) + (f" ({first.sid})" if first.sid else "")


def _named(resource: str) -> str:
    """Return an ARN with the names of the template's own resources in place of references."""
    return _ARN.sub(lambda match: plain_id(match[1]), resource)
