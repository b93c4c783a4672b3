"""What was changed by hand."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """A resource by its name and Region, what of it differs, and how."""

    resource: str
    region: str
    what: str
    how: str
