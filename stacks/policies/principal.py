"""A user or group of QuickSight, parsed from a context value."""

import re
from typing import Final

EXPECTED: Final = (
    "nothing, or the ARN of a QuickSight user or group, such as "
    "arn:aws:quicksight:us-east-1:<account>:group/default/<name>"
)

# The Region is the one in which QuickSight keeps the account's users, which need not be the lake's.
_PRINCIPAL: Final = re.compile(
    r"arn:aws:quicksight:[a-z]{2}(?:-[a-z]+)+-[0-9]:([0-9]{12}):(?:user|group)/[A-Za-z0-9._-]+/[A-Za-z0-9_+=,.@/-]+"
)


class PrincipalError(ValueError):
    """What is no user or group of QuickSight."""


def account_of(principal: str) -> str:
    """Return the account of a user or group of QuickSight; raise `PrincipalError` for anything else."""
    if match := _PRINCIPAL.fullmatch(principal):
        return match[1]
    raise PrincipalError(principal)
