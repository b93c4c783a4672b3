"""Counts of lines, and that they add up. Pure."""

from dataclasses import dataclass


class MismatchError(RuntimeError):
    """Lines that are neither rows nor rejected nor duplicates: a defect, and nothing may be published."""


@dataclass(frozen=True)
class Counts:
    """What became of lines; objects that are refused as a whole have none."""

    lines: int = 0
    rows: int = 0
    rejected: int = 0
    duplicates: int = 0
    bytes_in: int = 0


def check(counts: Counts, *, written: int) -> None:
    """Raise `MismatchError` unless every line is a row that was written, rejected or a duplicate."""
    accounted = counts.rows + counts.rejected + counts.duplicates
    if counts.lines != accounted or written != counts.rows:
        raise MismatchError(f"{counts.lines} lines, {accounted} accounted for, {written} rows written: {counts}")
