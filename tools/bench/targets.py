"""What the figures are to reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Target:
    """A bound, which the figure itself may have; `at_most` says on which side the good figures lie."""

    bound: float
    at_most: bool = False

    def holds(self, value: float) -> bool:
        """Return whether a figure reaches it."""
        return value <= self.bound if self.at_most else value >= self.bound

    def __str__(self) -> str:
        """Return it as a table shows it."""
        return f"{'≤' if self.at_most else '≥'} {self.bound:g}"


TARGETS: Final[Mapping[str, Mapping[str, Target]]] = {
    "curate": {
        "speedup_vs_awswrangler": Target(8),
        "speedup_vs_duckdb": Target(1.6),
        "speedup_vs_polars": Target(2),
        "cpu_over_floor": Target(1.3, at_most=True),
        "mb_per_s": Target(190),
        "peak_rss_mb": Target(350, at_most=True),
        "rss_growth": Target(1.2, at_most=True),
        "bad_lines_slowdown": Target(1.7, at_most=True),
        "fetching_over_converting": Target(1, at_most=True),
    },
    "index": {"speedup_vs_pydantic": Target(4)},
    "scale": {
        "parts_cpu_over_one_pass": Target(1.25, at_most=True),
        "redone_by_late_object": Target(1, at_most=True),
        "plan_720k_cpu_s": Target(20, at_most=True),
        "plan_10m_cpu_s": Target(300, at_most=True),
        "plan_10m_mb": Target(512, at_most=True),
        "look_12_weeks_cpu_s": Target(60, at_most=True),
        "reconcile_window_s": Target(900, at_most=True),
        "reconcile_window_mb": Target(512, at_most=True),
        "reindex_objects_per_s": Target(300),
    },
    "scan": {"raw_over_curated": Target(100)},
}
