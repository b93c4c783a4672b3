"""What a commit message says about a dangerous change that is meant."""

import re
from collections.abc import Iterable
from typing import Final

from tools.diff.finding import Finding

TRAILER: Final = "Acknowledge-Danger"
# Anywhere in a message: a squash merge puts the commits' messages one below the other.
_LINE: Final = re.compile(rf"^{TRAILER}:[ \t]*(\S.*?)[ \t\r]*$", re.MULTILINE)


def acknowledged(messages: str) -> frozenset[str]:
    """Return the keys of the findings that commit messages acknowledge."""
    return frozenset(" ".join(key.split()) for key in _LINE.findall(messages))


def missing(findings: Iterable[Finding], given: frozenset[str]) -> list[str]:
    """Return the lines to add to a commit message, one for each resource and rule that nothing acknowledges."""
    keys = (found.key for found in findings if found.dangerous and found.key not in given)
    return [f"{TRAILER}: {key}" for key in dict.fromkeys(keys)]


def unused(findings: Iterable[Finding], given: frozenset[str]) -> list[str]:
    """Return the acknowledged keys that no dangerous finding has, such as misspelt ones."""
    return sorted(given - {found.key for found in findings if found.dangerous})
