"""What was found of a resource that was made by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.adopt.wanted import Json, Wanted


@dataclass(frozen=True)
class Difference:
    """A setting of a resource, what it is now, and what the first deployment after the import makes of it."""

    resource: str
    setting: str
    found: str
    template: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """A resource that exists, and what the template declares in its place.

    CloudFormation identifies it by `identifier`; an import declares the properties `as_found`, which change nothing.
    Each of `refusals` is a line that says why it cannot be adopted as it is.
    """

    wanted: Wanted
    identifier: dict[str, str]
    as_found: Json
    differences: Sequence[Difference]
    refusals: Sequence[str]
