"""What a template asks for against what a service reports: pure, in CloudFormation's vocabulary."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


class _Absent:
    """The value of a property that one side lacks."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()


@dataclass(frozen=True)
class Difference:
    """One property that is not on the emulator as the template has it."""

    stack: str
    resource: str
    """The logical id."""
    type: str
    property: str
    """Its path, such as `LifecycleConfiguration.Rules`; empty for the resource as a whole."""
    expected: object
    actual: object

    def __str__(self) -> str:
        """Return it as one line."""
        place = ".".join(filter(None, (self.stack, self.resource, self.property)))
        return f"{place} ({self.type}): expected {self.expected!r}, got {self.actual!r}"


def canonical(value: object, *, ordered: bool = False) -> object:
    """Return the value with what CloudFormation treats as equal made equal: scalars as text, lists sorted.

    The lists of most resources carry no order that means something; `ordered` keeps that of those which do.
    """
    if isinstance(value, Mapping):
        return {str(key): canonical(item, ordered=ordered) for key, item in value.items()}
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        items = [canonical(item, ordered=ordered) for item in value]
        return items if ordered else sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    return str(value)


def differing(
    expected: object, actual: object, path: str = "", *, ordered: bool = False
) -> list[tuple[str, object, object]]:
    """Return (path, expected, actual) of each property that differs; objects are compared member by member."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        found: list[tuple[str, object, object]] = []
        for key in sorted({*expected, *actual}, key=str):
            place = f"{path}.{key}" if path else str(key)
            found += differing(expected.get(key, ABSENT), actual.get(key, ABSENT), place, ordered=ordered)
        return found
    if expected is ABSENT or actual is ABSENT:
        return [(path, expected, actual)]
    if canonical(expected, ordered=ordered) != canonical(actual, ordered=ordered):
        return [(path, expected, actual)]
    return []
