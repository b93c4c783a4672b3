"""Curates and publishes one week: looks, decides, computes, writes; starts afresh where somebody else did so too."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from msgspec.structs import replace

from lambdas.curate_week.engine import CuratedWeek, curate
from lambdas.curate_week.inputs import Source, week_inputs
from lambdas.curate_week.parquet import write_summary
from lambdas.curate_week.plan import Look, Target, decide
from lambdas.curate_week.reader import InputsChangedError
from lambdas.curate_week.regressions import regressions
from lambdas.curate_week.store import ConflictError, Listing, WeekStore
from lambdas.curate_week.summary import with_changes, wow_input
from lambdas.curate_week.workspace import work_folder
from schemas.curation import GENERATED_FROM, WOW_INPUT, Outcome, WeekReport
from schemas.keys.grammar import CuratedFile
from schemas.keys.layout import CuratedKey
from schemas.models import ModelConfig, WeeklySummary

_log: Final = logging.getLogger(__name__)

ATTEMPTS: Final = 3


class Reader(Protocol):
    """Gives the content of sources, in the order for which it was opened."""

    def read(self, source: Source) -> Iterator[bytes]:
        """Yield the content of the next source; raise `InputsChangedError` where it is gone or another one."""
        ...


@dataclass(frozen=True)
class Curator:
    """Curates weeks of one bucket; `clock` gives seconds, from any start."""

    store: WeekStore
    open_reader: Callable[[Iterable[Source]], AbstractContextManager[Reader]]
    models: Mapping[str, ModelConfig]
    clock: Callable[[], float]

    def look(self, target: Target, *, force: bool = False) -> Look:
        """Return the week as it is, and what is to be done with it.

        The published files come first. So whoever publishes from a later listing than this one changes what was seen.
        """
        published = self.store.published(target.week)
        before = self.store.summary(target.week.shift(-1))
        listing = self.store.raw_objects(target.week) if target.asked else Listing()
        inputs = week_inputs(target.week, listing.objects)
        generated_from = inputs.generated_from(self.models)
        outcome = decide(target, inputs, published, before, generated_from=generated_from, force=force)
        return Look(inputs, published, before, generated_from, outcome, listing.archived)

    def carry_out(
        self, target: Target, look: Look, *, force: bool = False, fits: Callable[[Look], bool] = lambda _: True
    ) -> WeekReport:
        """Do what the look found, and start afresh where others were met, as long as what is found then `fits`.

        Raise `ConflictError` or `InputsChangedError` where it no longer does, or every attempt met others.
        """
        begun = self.clock()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._carry_out(look, begun)
            except (ConflictError, InputsChangedError) as error:
                if attempt == ATTEMPTS:
                    raise
                _log.warning("looking again", extra={"week": str(target.week), "reason": str(error)})
                look = self.look(target, force=force)
                if not fits(look):
                    raise
        raise AssertionError

    def _carry_out(self, look: Look, begun: float) -> WeekReport:
        with work_folder() as folder:
            report = as_report(look)
            if look.outcome is Outcome.CURATED:
                report = self._curate(look, folder)
            elif look.outcome is Outcome.SUMMARY:
                report = self._refresh(look, folder)
            written = sum(path.stat().st_size for path in folder.iterdir())
        return replace(report, bytes_out=written, seconds=round(self.clock() - begun, 3))

    def _refresh(self, look: Look, folder: Path) -> WeekReport:
        report, published = as_report(look), look.published
        summary = published.files[CuratedFile.WEEKLY_SUMMARY]
        if summary and look.stale_changes:
            rows = self.store.summary(look.inputs.week, etag=summary.etag)
            self._put_summary(look, folder, rows, generated_from=summary.generated_from)
            report = replace(report, regressions=regressions(rows, look.before))
        if published.generation:
            self.store.show(look.inputs.week)
        return report

    def _curate(self, look: Look, folder: Path) -> WeekReport:
        inputs = look.inputs
        with self.open_reader(source for run in inputs.runs for source in run) as reader:
            curated = curate(inputs, read=reader.read, folder=folder, models=self.models)
        self._put(look, CuratedFile.REJECTED, curated, {GENERATED_FROM: look.generated_from})
        self._put_summary(look, folder, curated.summary, generated_from=look.generated_from)
        self._put(look, CuratedFile.TURNS, curated, {GENERATED_FROM: look.generated_from})
        self.store.show(inputs.week)
        counts = curated.counts
        return replace(
            as_report(look),
            lines=counts.lines,
            rows=counts.rows,
            rejected=counts.rejected,
            duplicates=counts.duplicates,
            bad_keys=counts.bad_keys,
            regressions=regressions(curated.summary, look.before),
        )

    def _put(self, look: Look, file: CuratedFile, curated: CuratedWeek, metadata: Mapping[str, str]) -> None:
        self.store.put(
            CuratedKey(look.inputs.week, file), curated.path(file), over=look.published.files[file], metadata=metadata
        )

    def _put_summary(self, look: Look, folder: Path, rows: list[WeeklySummary], *, generated_from: str) -> None:
        path = folder / CuratedFile.WEEKLY_SUMMARY
        write_summary(path, with_changes(rows, look.before))
        self.store.put(
            CuratedKey(look.inputs.week, CuratedFile.WEEKLY_SUMMARY),
            path,
            over=look.published.files[CuratedFile.WEEKLY_SUMMARY],
            metadata={GENERATED_FROM: generated_from, WOW_INPUT: wow_input(look.before)},
        )


def as_report(look: Look, *, outcome: Outcome | None = None) -> WeekReport:
    """Return what is known of a week before anything is done with it."""
    inputs = look.inputs
    return WeekReport(
        week=str(inputs.week), outcome=outcome or look.outcome, objects=len(inputs.objects), bytes_in=inputs.size
    )
