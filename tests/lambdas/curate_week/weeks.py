"""Weeks in memory: keys, contents, and what curation must make of them, derived without it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec

from lake.scoring import utc
from lambdas.curate_week.engine import CuratedRuns, curate
from lambdas.curate_week.inputs import Run, Source, WeekInputs, week_inputs
from lambdas.curate_week.listing import RawObject
from lambdas.curate_week.summary import summary_rows
from schemas.catalog.columns import CURATED_TURNS, violation_column
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week
from schemas.models import ModelConfig, Turn, Violation, WeeklySummary
from schemas.registry.phases import load_planned_turns

WEEK = Week(2025, 45)
GENERATED_FROM = "5" * 64


@dataclass(frozen=True)
class MemoryWeek:
    """Objects of a week by key."""

    contents: Mapping[str, bytes]
    week: Week = WEEK

    def inputs(self) -> WeekInputs:
        return week_inputs(
            self.week,
            [RawObject(key, hashlib.md5(body).hexdigest(), len(body)) for key, body in self.contents.items()],  # noqa: S324
        )

    def read(self, source: Source) -> Iterator[bytes]:
        body = self.contents[source.object.key]
        # in pieces that no line respects
        yield from (body[start : start + 1000] for start in range(0, len(body), 1000))

    def curate(self, folder: Path, runs: Sequence[Run] | None = None) -> CuratedRuns:
        inputs = self.inputs()
        found = inputs.runs() if runs is None else runs
        return curate(found, refused=inputs.refused, read=self.read, folder=folder, generated_from=GENERATED_FROM)

    def summary(self, *parts: CuratedRuns, models: Mapping[str, ModelConfig] | None = None) -> list[WeeklySummary]:
        cells = [cell for part in parts for cell in part.cells]
        return summary_rows(
            cells, week=str(self.week), generated_from=GENERATED_FROM, models=models or {}, turns=load_planned_turns()
        )


def one_object(key: RawKey, lines: Sequence[bytes]) -> MemoryWeek:
    return MemoryWeek({str(key): b"\n".join(lines)}, Week.of(key.dt))


def expected_row(turn: Turn, *, dt: date, source_key: str, source_line: int) -> dict[str, object]:
    """Return the turn as a curated row, by the columns' paths into the record."""
    record = msgspec.to_builtins(turn, builtin_types=(datetime,)) | {"timestamp": utc(turn.timestamp)}
    derived = {"dt": str(dt), "source_key": source_key, "source_line": source_line}
    derived |= {violation_column(kind): kind in turn.violations for kind in Violation}
    return {
        column.name: _value(record, column.path) if column.path else derived[column.name] for column in CURATED_TURNS
    }


def _value(record: Mapping[str, object] | None, path: Sequence[str]) -> object:
    for name in path:
        if record is None:
            return None
        record = record[name]  # type: ignore[assignment]
    return record
