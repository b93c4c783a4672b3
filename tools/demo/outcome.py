"""What the demo found, as its report, and where that differs from what was put. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ops.sample import SampleObject
from schemas.run_index import Attribute, RunStatus
from tools.local.steps import SceneError

Item = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was measured; `objects_put` counts distinct keys of raw objects, `indexed` items of every status."""

    objects_put: int
    items: Sequence[Item]
    dead_lettered: int
    reconciled: bool
    replicated: int

    def count(self, status: RunStatus) -> int:
        """Return how many items have a status."""
        return sum(item[Attribute.STATUS] == status for item in self.items)

    def report(self, seconds: Mapping[str, float]) -> dict[str, object]:
        """Return the report."""
        return {
            "objects_put": self.objects_put,
            "indexed": len(self.items),
            "partial": self.count(RunStatus.PARTIAL),
            "invalid": self.count(RunStatus.INVALID),
            "dead_lettered": self.dead_lettered,
            "reconciled": self.reconciled,
            "replicated": {"objects": self.replicated},
            "seconds": dict(seconds),
        }


def check(outcome: Outcome, expected: Mapping[str, SampleObject], *, registered: Iterable[str]) -> None:
    """Raise `SceneError` that names the first differences between the outcome and what the samples expect."""
    problems = [] if outcome.reconciled else ["bucket and index disagree"]
    if outcome.dead_lettered:
        problems.append(f"{outcome.dead_lettered} events in the dead-letter queue, expected none")
    items = {str(item[Attribute.OBJECT_KEY]): item for item in outcome.items}
    if len(items) < len(outcome.items):
        problems.append("objects with more than one item")
    problems += [f"{key}: not expected in the index" for key in sorted(items.keys() - expected.keys())]
    models = frozenset(registered)
    for key, sample in expected.items():
        problems += [f"{key}: {problem}" for problem in _problems(items.get(key), sample, models)]
    if problems:
        more = f" (and {len(problems) - 5} more)" if len(problems) > 5 else ""  # noqa: PLR2004 (a screenful)
        raise SceneError("; ".join(problems[:5]) + more)


def _problems(item: Item | None, sample: SampleObject, registered: frozenset[str]) -> Iterable[str]:
    if item is None:
        yield "not in the index"
        return
    wanted = {
        Attribute.STATUS: sample.expected_status,
        Attribute.TURN_COUNT: sample.expected_turns,
        Attribute.INVALID_LINES: sample.expected_invalid_lines,
        Attribute.SIZE_BYTES: len(sample.body),
    }
    if Attribute.MODEL in item:
        wanted[Attribute.REGISTERED_MODEL] = item[Attribute.MODEL] in registered
    for attribute, value in wanted.items():
        if item.get(attribute) != value:
            yield f"{attribute} is {item.get(attribute)}, expected {value}"
