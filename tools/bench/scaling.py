"""What larger weeks cost, from what a measured one did. Pure."""

from typing import Final

from schemas.prices import LAMBDA_ARM, S3_GET, S3_PUT_LIST, S3_STANDARD
from tools.bench.report import Table

# The greatest week of today: 7,200 runs of 25 turns, 3.5 KB each.
_TODAY_OBJECTS: Final = 7_200
_TODAY_MB: Final = 630
_TIMES: Final = (1, 10, 100)
_KEYS_A_LIST: Final = 1_000
_FUNCTION_GB: Final = 3_008 / 1_024


def scaling(*, mb_per_s: float, peak_mb: float) -> Table:
    """Return seconds, memory and dollars of today's week and of larger ones, at the measured speed."""
    return Table(
        title="A week at the measured speed",
        columns=("times today", "raw GB", "objects", "seconds", "peak MB", "Lambda $", "requests $", "raw $ a month"),
        rows=[_row(times, mb_per_s, peak_mb) for times in _TIMES],
    )


def _row(times: int, mb_per_s: float, peak_mb: float) -> tuple[int, float, int, float, float, str, str, str]:
    size, objects = _TODAY_MB * times, _TODAY_OBJECTS * times
    seconds = size / mb_per_s
    dollars = (
        LAMBDA_ARM.of(seconds * _FUNCTION_GB),
        S3_GET.of(objects) + S3_PUT_LIST.of(objects / _KEYS_A_LIST),
        S3_STANDARD.of(size / 1_000),
    )
    compute, requests, storage = (f"{each:.4f}" for each in dollars)
    return times, size / 1_000, objects, seconds, peak_mb, compute, requests, storage
