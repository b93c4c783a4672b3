"""What a drill measured, and what that projects to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ops.screen import show_table

# The objects that a recovery is projected to.
PROJECTED: Final = (10_000, 1_000_000)
_HOUR: Final = 3600


@dataclass(frozen=True)
class Step:
    """One command of the recovery: how long it took, and how many objects it handled."""

    name: str
    seconds: float
    objects: int


@dataclass(frozen=True, kw_only=True)
class Measures:
    """A recovery: its steps, and what of the acknowledged documents came back.

    `startup` is how long a command takes that finds nothing to do, in seconds: the part of each step that does not
    grow with the lake. `replicated` objects were not published but put; S3 took `replication_seconds` to copy them.
    """

    acknowledged: int
    lost: int
    replicated: int
    replicated_lost: int
    replication_seconds: float
    startup: float
    steps: Sequence[Step]

    @property
    def rto(self) -> float:
        """Seconds from the first command of the recovery to the end of the last."""
        return sum(step.seconds for step in self.steps)

    def projected(self, objects: int) -> float:
        """Return the seconds that the recovery of so many objects would take at the measured rates."""
        return sum(self.step_projected(step, objects) for step in self.steps)

    def step_projected(self, step: Step, objects: int) -> float:
        """Return the seconds that one step would take for so many objects."""
        return self.startup + objects * self._per_object(step)

    @property
    def in_an_hour(self) -> int | None:
        """How many objects come back in an hour at the measured rates; None where no rate could be measured."""
        per_object = sum(map(self._per_object, self.steps))
        return max(int((_HOUR - self.projected(0)) / per_object), 0) if per_object else None

    def _per_object(self, step: Step) -> float:
        # Never less than nothing, which a small lake on a busy machine could measure.
        return max(step.seconds - self.startup, 0) / step.objects

    def report(self) -> Mapping[str, object]:
        """Return the report."""
        return {
            "rpo": {
                "acknowledged": self.acknowledged,
                "lost": self.lost,
                "replicated_by_s3": self.replicated,
                "replicated_lost": self.replicated_lost,
                "replication_seconds": round(self.replication_seconds, 2),
            },
            "rto": {
                "seconds": round(self.rto, 2),
                "startup_seconds": round(self.startup, 2),
                "steps": {
                    step.name: {"seconds": round(step.seconds, 2), "objects": step.objects} for step in self.steps
                },
                "projected_seconds": {str(objects): round(self.projected(objects)) for objects in PROJECTED},
                "objects_in_an_hour": self.in_an_hour,
            },
        }


def show(measures: Measures) -> None:
    """Print what was measured, and what it projects to."""
    show_table(
        "RPO: objects that were published, and that S3 replicated",
        ("published", "lost", "replicated", "lost", "seconds until replicated"),
        [
            (
                measures.acknowledged,
                measures.lost,
                measures.replicated,
                measures.replicated_lost,
                measures.replication_seconds,
            )
        ],
    )
    rows: list[tuple[str | float | None, ...]] = [
        (step.name, step.seconds, step.objects, *(round(measures.step_projected(step, it)) for it in PROJECTED))
        for step in measures.steps
    ]
    show_table(
        "RTO: seconds, at the rates of this machine's embedded AWS",
        ("command", "measured", "objects", *(f"for {objects:,}" for objects in PROJECTED)),
        [*rows, ("all", measures.rto, None, *(round(measures.projected(it)) for it in PROJECTED))],
    )
