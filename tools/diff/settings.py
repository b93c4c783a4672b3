"""Every difference that no other rule accounts for, so that nothing changes without being said."""

from collections.abc import Iterable, Iterator
from typing import Final

from tools.diff.finding import Category, Finding, Place, finding
from tools.diff.template import Lake, Leaf, Path, differences
from tools.diff.values import shown

# A path that holds one of these is a schedule, a limit or a function's environment.
_SETTINGS: Final = frozenset(
    {
        "BytesScannedCutoffPerQuery",
        "DatapointsToAlarm",
        "Environment",
        "EphemeralStorage",
        "EvaluationPeriods",
        "FlexibleTimeWindow",
        "MaximumEventAgeInSeconds",
        "MaximumRetryAttempts",
        "MemorySize",
        "OnDemandThroughput",
        "Period",
        "ProvisionedThroughput",
        "ReservedConcurrentExecutions",
        "RetryPolicy",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "State",
        "Threshold",
        "Timeout",
        "VisibilityTimeout",
    }
)


def remaining_findings(before: Lake, after: Lake, accounted: Iterable[Place]) -> Iterator[Finding]:
    """Yield one finding for each innermost difference that does not lie at an accounted place."""
    places = {*accounted}
    for address, old in before.resources.items():
        if new := after.resources.get(address):
            for leaf in differences(old.body, new.body):
                if not _is_accounted(address, leaf.path, places):
                    yield finding(old, _category(leaf.path), "changed", _told(leaf), leaf.path)
    for stack in [*before.rest, *(stack for stack in after.rest if stack not in before.rest)]:
        for leaf in differences(before.rest.get(stack), after.rest.get(stack)):
            category = Category.OTHER if leaf.path or leaf.after is None else Category.NEW
            yield Finding(category=category, rule="changed", address=(stack, ""), subject=stack, change=_told(leaf))


def _is_accounted(address: tuple[str, str], path: Path, places: set[Place]) -> bool:
    return any((*address, path[:length]) in places for length in range(len(path) + 1))


def _category(path: Path) -> Category:
    return Category.OTHER if _SETTINGS.isdisjoint(path) else Category.SETTINGS


def _told(leaf: Leaf) -> str:
    path = leaf.path[1:] if leaf.path[:1] == ("Properties",) else leaf.path
    change = shown(leaf.before, leaf.after)
    return f"`{'.'.join(path)}` {change}" if path else f"{'new' if leaf.before is None else 'removed'} stack"
