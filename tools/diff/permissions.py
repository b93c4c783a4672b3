"""Permissions that are wider or narrower than before, and denials that are gone."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tools.diff.finding import Category, Finding
from tools.diff.grants import Holder, Key, holders
from tools.diff.statements import ANYONE, Atom
from tools.diff.template import Lake, plain_id
from tools.diff.values import code, words

_THIS_ACCOUNT: Final = "${AWS::AccountId}"
_ARN: Final = re.compile(r"\$\{([A-Za-z0-9]+)\.Arn\}")


def permission_findings(before: Lake, after: Lake) -> Iterator[Finding]:
    """Yield what each role and each resource policy allows or denies more, or less."""
    was, now = holders(before), holders(after)
    for key in [*was, *(key for key in now if key not in was)]:
        old, new = was.get(key), now.get(key)
        yield from _changes(key, old, new)


def _changes(key: Key, old: Holder | None, new: Holder | None) -> Iterator[Finding]:
    holder = new or old
    if holder is None:
        return
    before, after = ([*each.atoms] if each else [] for each in (old, new))
    gained, lost = _beyond(after, before), _beyond(before, after)
    covers = (*(old.places if old else ()), *(new.places if new else ()))

    def found(category: Category, rule: str, change: str) -> Finding:
        return Finding(
            category=category, rule=rule, address=key[0], subject=holder.label, change=change, covers=covers
        )

    for group in _grouped(atom for atom in lost if not atom.allows):
        sid = group[0].sid
        yield found(
            Category.WEAKENED, f"deny-{sid}" if sid else "deny", f"no longer denied{_for(group)}: {_what(group)}"
        )
    for group in _grouped(atom for atom in gained if atom.allows):
        category = Category.OPENED if any(map(_is_outside, group)) else Category.WIDENED
        yield found(
            category, "opened" if category is Category.OPENED else "widened", f"{_who(group)}may {_what(group)}"
        )
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
    if first.condition != "{}":
        parts.append(f"where {code(first.condition)}")
    return " ".join(parts) + (f" ({first.sid})" if first.sid else "")


def _named(resource: str) -> str:
    """Return an ARN with the names of the template's own resources in place of references."""
    return _ARN.sub(lambda match: plain_id(match[1]), resource)
