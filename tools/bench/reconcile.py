"""Reconciling: a bucket of a million objects against its index, both simulated."""

from typing import Final

from tools.bench.report import Section, Table
from tools.bench.runner import BenchmarkError, interleaved, python
from tools.bench.settings import Settings

_OBJECTS: Final = 1_000_000
_LACKING: Final = 1_000


def run(settings: Settings) -> Section:
    """Measure the comparison, and what it takes to simulate the two sides."""
    measured = interleaved(
        [python("tools.bench.programs.reconcile", what, str(_OBJECTS), name=what) for what in ("compared", "made")],
        rounds=settings.rounds,
    )
    compared, made = measured["compared"], measured["made"]
    if compared.result["differences"] != _OBJECTS // _LACKING:
        raise BenchmarkError(f"reconcile: found {compared.result['differences']:.0f} differences")
    rate = _OBJECTS / (compared.wall - made.wall)
    return Section(
        name="reconcile",
        figures={"objects_per_s": rate, "peak_rss_mb": compared.peak_mb},
        tables=[
            Table(
                title=f"Reconcile {_OBJECTS:,} objects",
                columns=("objects/s", "wall s", "of it simulation", "peak MB"),
                rows=[(rate, compared.wall, made.wall, compared.peak_mb)],
            )
        ],
    )
