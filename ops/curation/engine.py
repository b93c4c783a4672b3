"""What both ways of curating weeks have in common."""

from typing import Protocol

from schemas.curation import CurationRequest, WeekReport


class CurationFailedError(Exception):
    """Weeks that could not be curated, each with its reason, in one line."""


class Engine(Protocol):
    """Curates weeks."""

    def ask(self, request: CurationRequest) -> list[WeekReport]:
        """Carry out the request and return what became of its weeks; raise `CurationFailedError` if one failed."""
        ...
