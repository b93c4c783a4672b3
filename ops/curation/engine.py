"""What both ways of curating weeks have in common."""

from collections.abc import Sequence
from typing import Protocol

from schemas.curation import CurationReport, CurationRequest, WeekReport


class CurationFailedError(Exception):
    """Weeks that could not be curated, each with its reason, in one line; `reports` says what became of others."""

    def __init__(self, failures: str, reports: Sequence[WeekReport] = ()) -> None:
        """Take both."""
        super().__init__(failures)
        self.reports = reports


def reports(report: CurationReport) -> list[WeekReport]:
    """Return what became of every week; raise `CurationFailedError` if one failed."""
    if report.failures:
        raise CurationFailedError("; ".join(report.failures), report.weeks)
    return report.weeks


class Engine(Protocol):
    """Curates weeks."""

    def ask(self, request: CurationRequest) -> list[WeekReport]:
        """Carry out the request and return what became of its weeks; raise `CurationFailedError` if one failed."""
        ...
