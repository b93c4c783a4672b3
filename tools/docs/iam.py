"""`docs/iam.md`: what each role may do, one line for each action on each resource, from the templates alone."""

import re
from dataclasses import dataclass
from typing import Final

from tools.markdown import code, table
from tools.templates.grants import Side, grants
from tools.templates.model import Address, Lake, plain_id, region
from tools.templates.statements import ANYONE, Atom

_HEAD: Final = """\
# Who may do what

Made by `make docs` from the templates of all stacks; a test fails where it is not what they say. One line is one
role, one action and one resource, so that a pull request which widens a permission shows it as a changed or new line.
`<account>` is the account of the lake; a name in `${}` is a resource of a stack.

"""
_COLUMNS: Final = ("effect", "action", "on", "if")
_REFERENCE: Final = re.compile(r"\$\{([^}.]+)(\.\w+)?\}")


@dataclass(frozen=True, order=True)
class _Line:
    """One action on one resource: of a role, of who may assume it, or of whom a resource's own policy names."""

    holder: str
    who: str
    effect: str
    action: str
    resource: str
    condition: str


def page(lake: Lake) -> str:
    """Return the whole page."""
    lines: dict[Side, set[_Line]] = {side: set() for side in Side}
    for (address, side), grant in grants(lake).items():
        holder = "" if side is Side.RESOURCE else _holder(lake, address)
        lines[side] |= {_line(holder, atom, address[0]) for atom in grant.atoms}
    trust, own, resources = (sorted(lines[side]) for side in (Side.TRUST, Side.OWN, Side.RESOURCE))
    return (
        f"{_HEAD}## Who may assume a role\n\n"
        + table(
            ("role", "who", "effect", "action", "if"),
            [(code(x.holder), code(x.who), x.effect, code(x.action), code(x.condition)) for x in trust],
        )
        + "\n## What a role may do\n\n"
        + table(("role", *_COLUMNS), [(code(x.holder), *_cells(x)) for x in own])
        + "\n## What a resource itself says\n\n"
        + "Whatever a role may do, a `Deny` here is the last word.\n\n"
        + table(("who", *_COLUMNS), [(code(x.who), *_cells(x)) for x in resources])
    )


def _cells(line: _Line) -> tuple[str, ...]:
    return line.effect, code(line.action), code(line.resource), code(line.condition)


def _holder(lake: Lake, address: Address) -> str:
    """Return a role's fixed name, or where it is declared; the name of a user or group."""
    role = lake.resources.get(address)
    return str(role.properties.get("RoleName") or _named(*address)) if role else address[1]


def _line(holder: str, atom: Atom, stack: str) -> _Line:
    who, resource, condition = (_readable(text, stack) for text in (atom.who, atom.resource, atom.condition_in_words))
    who = "anybody" if who == ANYONE else who
    return _Line(holder, who, "allow" if atom.allows else "deny", atom.action, resource, condition)


def _readable(text: str, stack: str) -> str:
    """Return a text with the account, the Region and resources as they are called outside of the stack."""
    known = {"AWS::AccountId": "<account>", "AWS::Partition": "aws", "AWS::Region": region(stack)}

    def called(match: re.Match[str]) -> str:
        return known.get(match[1], f"${{{_named(stack, match[1])}{match[2] or ''}}}")

    return _REFERENCE.sub(called, text)


def _named(stack: str, logical_id: str) -> str:
    return f"{stack}/{plain_id(logical_id)}"
