"""Policy statements expanded into atoms, and which atom says at least what another does."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Final

from tools.templates.model import Json, canonical, items, mapping

ANYONE: Final = "*"
_KIND: Final = re.compile(r"^\w+:")


@dataclass(frozen=True, kw_only=True)
class Atom:
    """One principal, action and resource of a statement; the principal is empty in a role's own policy."""

    allows: bool
    principal: str
    action: str
    resource: str
    condition: str
    sid: str = field(compare=False)

    @property
    def who(self) -> str:
        """The principal without its kind."""
        return _KIND.sub("", self.principal)

    @property
    def condition_in_words(self) -> str:
        """The condition as `operator key: values`; nothing where there is none."""
        return "; ".join(
            f"{operator} {key}: {', '.join(_plain(value) for value in items(values))}"
            for operator, keys in sorted(mapping(json.loads(self.condition)).items())
            for key, values in sorted(mapping(keys).items())
        )

    def covered_by(self, other: "Atom") -> bool:
        """Whether the other says at least as much: same effect, wider or equal patterns, no further condition."""
        return (
            self.allows == other.allows
            and other.principal in (self.principal, ANYONE)
            and _matches(other.action.lower(), self.action.lower())
            and _matches(other.resource, self.resource)
            and _implied(self.condition, other.condition)
        )


def atoms(document: object) -> Iterator[Atom]:
    """Yield the atoms of a policy document; `NotAction` and the like count as one opaque pattern."""
    for statement in map(mapping, items(mapping(document).get("Statement"))):
        for principal, action, resource in product(
            _principals(statement), _either(statement, "Action"), _either(statement, "Resource")
        ):
            yield Atom(
                allows=statement.get("Effect") == "Allow",
                principal=principal,
                action=action,
                resource=resource,
                condition=canonical(statement.get("Condition") or {}),
                sid=str(statement.get("Sid") or ""),
            )


def _either(statement: Json, key: str) -> list[str]:
    if (excepted := statement.get(f"Not{key}")) is not None:
        return [_all_but(excepted)]
    return [_plain(value) for value in items(statement.get(key))] or [""]


def _principals(statement: Json) -> list[str]:
    if (excepted := statement.get("NotPrincipal")) is not None:
        return [_all_but(excepted)]
    given = statement.get("Principal")
    if not isinstance(given, dict):
        return [_plain(value) for value in items(given)] or [""]
    pairs = [(kind, _plain(value)) for kind, values in given.items() for value in items(values)]
    return [ANYONE if (kind, value) == ("AWS", ANYONE) else f"{kind}:{value}" for kind, value in pairs]


def _all_but(excepted: object) -> str:
    return f"all but {excepted if isinstance(excepted, str) else canonical(excepted)}"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else canonical(value)


def _matches(pattern: str, text: str) -> bool:
    return pattern == text or bool(_compiled(pattern).fullmatch(text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (
        ".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern)
    )
    return re.compile("".join(parts), re.DOTALL)


def _implied(condition: str, by: str) -> bool:
    """Whether all that one condition lets pass, the other does too: it asks for no more, of wider or equal values."""
    return condition == by or _asks_no_more(condition, by)


@cache
def _asks_no_more(condition: str, by: str) -> bool:
    narrow, wide = _tests(condition), _tests(by)
    return all(
        key in narrow and (narrow[key] <= values if "Not" not in key[0] else values <= narrow[key])
        for key, values in wide.items()
    )


def _tests(condition: str) -> dict[tuple[str, str], frozenset[str]]:
    """Return the values by operator and key."""
    return {
        (operator, key): frozenset(map(_plain, items(values)))
        for operator, keys in mapping(json.loads(condition)).items()
        for key, values in mapping(keys).items()
    }
