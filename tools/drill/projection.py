"""What a recovery of a large lake takes, from measured rates of its parts and from named assumptions. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from lambdas.curate_week.parts import WORK_PER_OBJECT
from lambdas.curate_week.plan import PLANNED_BYTES_PER_SECOND
from ops.index.index_run import WORKERS
from ops.screen import show_table

RTO_SECONDS: Final = 3600


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Objects a second: that one machine restores, one invocation indexes, and one comparison compares."""

    restore: float
    reindex: float
    reconcile: float


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What the projection is for; the latencies are those at which the rates were measured.

    Objects are as large as today's runs of 25 turns. `writes_of_a_key` a second is what DynamoDB takes for one key of
    an index, and a rebuild of newest weeks writes one week at a time.
    """

    objects: int = 1_000_000
    object_bytes: int = 87_500
    executions: int = 10
    reindexing: int = WORKERS
    curating: int = 4
    curated_bytes_per_second: int = PLANNED_BYTES_PER_SECOND
    writes_of_a_key: int = 1_000
    s3_ms: int = 20
    dynamodb_ms: int = 5


@dataclass(frozen=True)
class ProjectedStep:
    """A command of the recovery, how long it takes, and what bounds it."""

    command: str
    seconds: float
    bound: str


@dataclass(frozen=True)
class Projection:
    """The steps of a recovery where the index is lost, and of one where the bucket's objects are, too."""

    assumptions: Assumptions
    index: Sequence[ProjectedStep]
    bucket: Sequence[ProjectedStep]

    def report(self) -> Mapping[str, object]:
        """Return the projection for machines."""
        return {
            "assumptions": asdict(self.assumptions),
            "index_lost": self._told(self.index),
            "bucket_lost": self._told(self.bucket),
        }

    def most(self, steps: Sequence[ProjectedStep]) -> int:
        """Return how many objects the steps do within the hour, in whole thousands."""
        return int(self.assumptions.objects * RTO_SECONDS / _sum(steps)) // 1_000 * 1_000

    def _told(self, steps: Sequence[ProjectedStep]) -> Mapping[str, object]:
        return {
            "seconds": round(_sum(steps)),
            "within_the_hour": _sum(steps) <= RTO_SECONDS,
            "objects_within_the_hour": self.most(steps),
            "steps": {step.command: {"seconds": round(step.seconds), "bound_by": step.bound} for step in steps},
        }

    def show(self) -> None:
        """Print both."""
        for what, steps in (("the index is lost", self.index), ("bucket and index are lost", self.bucket)):
            rows = [(step.command, step.seconds, step.bound) for step in steps]
            rows.append(("all", _sum(steps), f"within an hour: up to {self.most(steps):,} objects"))
            title = f"Projected for {self.assumptions.objects:,} objects where {what}"
            show_table(title, ("command", "seconds", "bound by"), rows)


def project(rates: Rates, given: Assumptions) -> Projection:
    """Return what the recovery takes."""
    indexed = min(rates.reindex * given.reindexing, given.writes_of_a_key)
    by = f"{given.reindexing} invocations" if indexed < given.writes_of_a_key else "one key's writes"
    work = given.objects * (given.object_bytes + WORK_PER_OBJECT)
    index = [
        ProjectedStep("reindex", given.objects / indexed, f"{by}, {indexed:,.0f} objects/s"),
        ProjectedStep("reconcile", given.objects / rates.reconcile, f"one process, {rates.reconcile:,.0f} objects/s"),
        ProjectedStep(
            "curate",
            work / (given.curated_bytes_per_second * given.curating),
            f"{given.curating} parts side by side, {given.curated_bytes_per_second / 10**6:.0f} MB/s each",
        ),
    ]
    restored = f"one machine, {rates.restore:,.0f} objects/s"
    return Projection(given, index, [ProjectedStep("restore --raw", given.objects / rates.restore, restored), *index])


def _sum(steps: Sequence[ProjectedStep]) -> float:
    return sum(step.seconds for step in steps)
