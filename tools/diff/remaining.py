"""Every difference that no other rule accounts for, so that nothing changes without being said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tools.diff.finding import Category, Finding, finding
from tools.diff.values import shown
from tools.templates.grants import Place
from tools.templates.model import Json, Lake, Path, canonical, mapping

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
# By these the items of a list are recognised, so that a new first item does not change all the others.
_ITEM_NAMES: Final = ("Id", "IndexName", "Name", "PolicyName", "AttributeName", "Key", "Sid")


@dataclass(frozen=True)
class Leaf:
    """A place where two values differ; None stands for absent."""

    path: Path
    before: object
    after: object


def remaining_findings(before: Lake, after: Lake, accounted: Iterable[Place]) -> Iterator[Finding]:
    """Yield one finding for each innermost difference that does not lie at an accounted place."""
    places = {*accounted}
    for address, old in before.resources.items():
        if new := after.resources.get(address):
            for leaf in differences(old.body, new.body):
                if not _is_accounted(address, leaf.path, places):
                    yield finding(old, _category(leaf.path), "changed", _in_words(leaf), leaf.path)
    was, now = ({stack.name: stack.rest for stack in lake.stacks} for lake in (before, after))
    for stack in {**was, **now}:
        for leaf in differences(was.get(stack), now.get(stack)):
            category = Category.OTHER if leaf.path or leaf.after is None else Category.NEW
            yield Finding(
                category=category, rule="changed", address=(stack, ""), subject=stack, change=_in_words(leaf)
            )


def _is_accounted(address: tuple[str, str], path: Path, places: set[Place]) -> bool:
    return any((*address, path[:length]) in places for length in range(len(path) + 1))


def _category(path: Path) -> Category:
    return Category.OTHER if _SETTINGS.isdisjoint(path) else Category.SETTINGS


def _in_words(leaf: Leaf) -> str:
    path = leaf.path[1:] if leaf.path[:1] == ("Properties",) else leaf.path
    change = shown(leaf.before, leaf.after)
    return f"`{'.'.join(path)}` {change}" if path else f"{'new' if leaf.before is None else 'removed'} stack"


def differences(before: object, after: object, path: Path = ()) -> Iterator[Leaf]:
    """Yield the innermost differences; lists of named items are compared item by item, other lists as a whole."""
    if canonical(before) == canonical(after):
        return
    old, new = _keyed(before), _keyed(after)
    if old is None or new is None:
        yield Leaf(path, before, after)
        return
    inner = [leaf for key in {**old, **new} for leaf in differences(old.get(key), new.get(key), (*path, key))]
    # Only the order differs, or null stands where the other has nothing.
    yield from inner or [Leaf(path, before, after)]


def _keyed(value: object) -> Json | None:
    if isinstance(value, dict):
        return value
    if not isinstance(value, list) or not value:
        return None
    for name in _ITEM_NAMES:
        keys = [mapping(item).get(name) for item in value]
        texts = [key for key in keys if isinstance(key, str)]
        if len(set(texts)) == len(value):
            return dict(zip(texts, value, strict=True))
    return None
