"""What a drill measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ops.screen import show_table


@dataclass(frozen=True)
class Step:
    """One command of the recovery: how long it took, and how many objects it handled."""

    name: str
    seconds: float
    objects: int


@dataclass(frozen=True, kw_only=True)
class Measures:
    """A recovery: its steps, and what of the acknowledged documents came back.

    `replicated` objects were not published but put; S3 took `replication_seconds` to copy them.
    """

    acknowledged: int
    lost: int
    replicated: int
    replicated_lost: int
    replication_seconds: float
    steps: Sequence[Step]

    @property
    def rto(self) -> float:
        """Seconds from the first command of the recovery to the end of the last."""
        return sum(step.seconds for step in self.steps)

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
                "steps": {
                    step.name: {"seconds": round(step.seconds, 2), "objects": step.objects} for step in self.steps
                },
            },
        }


def show(measures: Measures) -> None:
    """Print what was measured."""
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
    show_table(
        "RTO on this machine's embedded AWS",
        ("command", "seconds", "objects"),
        [*((step.name, step.seconds, step.objects) for step in measures.steps), ("all", measures.rto, None)],
    )
