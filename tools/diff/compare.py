"""Compares the templates of two revisions: pure."""

from collections.abc import Iterator

from tools.diff.buckets import bucket_findings
from tools.diff.finding import Category, Finding
from tools.diff.kinds import Kinds
from tools.diff.permissions import permission_findings
from tools.diff.protection import protection_findings
from tools.diff.remaining import remaining_findings
from tools.diff.resources import resource_findings
from tools.templates.model import Lake

_ORDER = {category: at for at, category in enumerate(Category)}


def compare(before: Lake, after: Lake, kinds: Kinds) -> list[Finding]:
    """Return the findings, most dangerous first; none exactly where the templates are equal."""
    found = [*_ruled(before, after, kinds)]
    accounted = [place for each in found for place in each.covers]
    found += remaining_findings(before, after, accounted)
    return sorted(dict.fromkeys(found), key=lambda each: (_ORDER[each.category], *each.address, each.change))


def _ruled(before: Lake, after: Lake, kinds: Kinds) -> Iterator[Finding]:
    yield from resource_findings(before, after, kinds)
    yield from permission_findings(before, after)
    for address, old in before.resources.items():
        new = after.resources.get(address)
        if new and new.type == old.type:
            yield from protection_findings(old, new)
            yield from bucket_findings(old, new)
