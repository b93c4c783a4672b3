"""The place for charts of one's own, as CONTRIBUTING.md shows; none are here, so that merges leave it alone."""

from collections.abc import Callable, Sequence
from typing import Final

from ops.report.figures import CuratedWeek
from ops.report.sections import Section

SECTIONS: Final[Sequence[Callable[[Sequence[CuratedWeek]], Section]]] = ()
"""Each makes a section of the weeks of a report, oldest first; they follow the others on the page."""
