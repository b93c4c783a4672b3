"""What larger weeks cost, from measured speeds of a plan and of its parts. Pure."""

import math
from dataclasses import dataclass
from typing import Final

from lambdas.curate_week.parts import PART_WORK, WORK_PER_OBJECT
from lambdas.curate_week.plan import PLANNED_BYTES_PER_SECOND
from schemas.curation import DISK_GIB, MEMORY_MIB
from schemas.prices import LAMBDA_ARM, LAMBDA_REQUEST, LAMBDA_STORAGE, S3_GET, S3_PUT_LIST, STATE_TRANSITION
from tools.bench.report import Table

# The greatest week of today: 7,200 runs of 25 turns, 3.5 KB each, of six models in four phases.
_TODAY_OBJECTS: Final = 7_200
_TODAY_BYTES: Final = 630_000_000
_MODELS: Final = 6
_CELLS: Final = 24
_TIMES: Final = (1, 10, 100, 10_000)
_SIDE_BY_SIDE: Final = (4, 1_000)
_KEYS_A_LIST: Final = 1_000
_FUNCTION_GB: Final = MEMORY_MIB / 1_024
# Beyond the half gigabyte that is free.
_DISK_GB: Final = DISK_GIB - 0.5
# Inputs, three files, receipt. Plan and Finish ask S3 for each part twice in turn, at 20 ms.
_PUTS_A_PART: Final = 5
_SECONDS_A_PART: Final = 0.04
# Its start in the map, and its step.
_TRANSITIONS_A_CHILD: Final = 2
_TRANSITIONS_A_WEEK: Final = 7


@dataclass(frozen=True)
class Speeds:
    """Bytes of work that a part does in a second, and objects that a plan does."""

    work: float
    planned_objects: float


@dataclass(frozen=True)
class _Week:
    """A week of runs that are spread evenly, so many times as large as today's."""

    times: int

    @property
    def objects(self) -> int:
        return _TODAY_OBJECTS * self.times

    @property
    def size(self) -> int:
        return _TODAY_BYTES * self.times

    @property
    def work(self) -> int:
        return self.size + self.objects * WORK_PER_OBJECT

    @property
    def parts(self) -> int:
        parts = next((parts for parts in (1, _MODELS) if self.work / parts <= PART_WORK), _CELLS)
        while self.work / parts > PART_WORK:
            parts *= 2
        return parts

    def seconds(self, speeds: Speeds, *, side_by_side: int) -> float:
        """Return how long it takes from the plan to the manifest."""
        rounds = math.ceil(self.parts / side_by_side)
        return self.plan_seconds(speeds) + rounds * self.part_seconds(speeds.work)

    def plan_seconds(self, speeds: Speeds) -> float:
        """Return what plan and finish take of it."""
        return self.objects / speeds.planned_objects + (self.parts * _SECONDS_A_PART if self.parts > 1 else 0)

    def part_seconds(self, work_per_second: float) -> float:
        return self.work / self.parts / work_per_second

    def dollars(self, speeds: Speeds) -> float:
        seconds = self.plan_seconds(speeds) + self.parts * self.part_seconds(speeds.work)
        children = self.parts if self.parts > 1 else 0
        return sum(
            (
                LAMBDA_ARM.of(seconds * _FUNCTION_GB),
                LAMBDA_STORAGE.of(seconds * _DISK_GB),
                LAMBDA_REQUEST.of(children + 2),
                S3_GET.of(self.objects),
                S3_PUT_LIST.of(self.objects / _KEYS_A_LIST + self.parts * _PUTS_A_PART),
                STATE_TRANSITION.of(children and children * _TRANSITIONS_A_CHILD + _TRANSITIONS_A_WEEK),
            )
        )


def scaling(speeds: Speeds) -> Table:
    """Return seconds, children and dollars of today's week and of larger ones.

    At the measured speeds, and in the last column with parts as slow as CurateWeek expects them to be.
    """
    slow = Speeds(PLANNED_BYTES_PER_SECOND, speeds.planned_objects)
    return Table(
        title="A week at the measured speeds",
        columns=(
            *("times today", "raw GB", "objects", "children", "plan and finish s", "s a child"),
            *(f"s, {many:,} side by side" for many in _SIDE_BY_SIDE),
            *("$", "$ at the planned speed"),
        ),
        rows=[_row(_Week(times), speeds, slow) for times in _TIMES],
    )


def _row(week: _Week, speeds: Speeds, slow: Speeds) -> tuple[float | str, ...]:
    return (
        week.times,
        week.size / 10**9,
        week.objects,
        week.parts if week.parts > 1 else 0,
        week.plan_seconds(speeds),
        week.part_seconds(speeds.work),
        *(week.seconds(speeds, side_by_side=many) for many in _SIDE_BY_SIDE),
        f"{week.dollars(speeds):.4f}",
        f"{week.dollars(slow):.4f}",
    )
