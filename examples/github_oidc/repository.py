"""A repository on GitHub, as the subjects of its tokens name it."""

import re
from dataclasses import dataclass
from typing import Final, Self

EXPECTED: Final = "OWNER/NAME, or with both numeric ids OWNER@ID/NAME@ID"

_NAMES: Final = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_NAMES_AND_IDS: Final = re.compile(r"([\w.-]+)@\d+/([\w.-]+)@\d+", re.ASCII)


class RepositoryError(ValueError):
    """A text that names no repository; the message says what was expected."""


@dataclass(frozen=True)
class Repository:
    """The forms that a repository has in the subject of a token: its names and, where they are known, its ids too.

    https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
    """

    forms: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the repository of a context value; raise `RepositoryError` where it is none."""
        if _NAMES.fullmatch(text):
            return cls((text,))
        if found := _NAMES_AND_IDS.fullmatch(text):
            return cls(("/".join(found.groups()), text))
        raise RepositoryError(f"repository={text!r}: expected {EXPECTED}")
