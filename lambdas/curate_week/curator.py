"""Curates and publishes one week: looks, decides, computes, writes; begins again after a conflict."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from lake.published import Published
from lake.regressions import regressions
from lambdas.curate_week.cells import Cell
from lambdas.curate_week.counts import Counts
from lambdas.curate_week.engine import curate, write_refused
from lambdas.curate_week.inputs import ListPages, Source, WeekInputs, count_refused, list_week
from lambdas.curate_week.parquet import write_summary
from lambdas.curate_week.part_store import Plan
from lambdas.curate_week.parts import PART_WORK, bounds_of
from lambdas.curate_week.plan import Look, Target, decide
from lambdas.curate_week.reader import InputsChangedError, Reader
from lambdas.curate_week.receipts import Receipt, total
from lambdas.curate_week.store import ConflictError, WeekStore
from lambdas.curate_week.summary import summary_rows, with_changes, wow_input
from lambdas.curate_week.superseded import superseded
from lambdas.curate_week.workspace import work_folder
from schemas.curation import DUPLICATES, GENERATED_FROM, WOW_INPUT, Outcome, Regression, WeekReport
from schemas.keys.grammar import CuratedFile, CuratedTable, Key, PartFile, Phase
from schemas.keys.layout import CuratedKey, PartKey, SymlinkKey
from schemas.keys.weeks import Week
from schemas.models import ModelConfig, WeeklySummary

_log: Final = logging.getLogger(__name__)

ATTEMPTS: Final = 3


class LostError(RuntimeError):
    """A published week names an object that is not there; the message is one line that says which."""


@dataclass(frozen=True)
class Curator:
    """Curates weeks of one bucket; `clock` gives seconds from any start, `now` the aware time."""

    store: WeekStore
    list_pages: ListPages
    open_reader: Callable[[Iterable[Source]], AbstractContextManager[Reader]]
    models: Mapping[str, ModelConfig]
    turns: Mapping[Phase, int]
    clock: Callable[[], float]
    now: Callable[[], datetime]

    def look(self, target: Target, *, force: bool = False) -> Look:
        """Return the week as it is, and what is to be done with it.

        The published files come first. So a publication from a later listing than this one changes what was seen.
        """
        published = self.store.published(target.week)
        before = self.store.summary(target.week.shift(-1))
        inputs = list_week(target.week, self.list_pages) if target.asked else WeekInputs.empty(target.week)
        generated_from = inputs.generated_from(self.models, self.turns)
        outcome = decide(target, inputs, published, before, generated_from=generated_from, force=force)
        return Look(inputs, published, before, generated_from, outcome)

    def carry_out(self, target: Target, look: Look, *, force: bool = False) -> WeekReport:
        """Do what the look found in one pass, and begin again after a conflict.

        Raise `ConflictError` or `InputsChangedError` where every attempt met others.
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
        summary = look.published.files[CuratedFile.WEEKLY_SUMMARY]
        if summary is None:
            raise AssertionError(f"{look.inputs.week}: no summary to be written again")
        rows = self.store.summary(look.inputs.week, etag=summary.etag)
        self._put_summary(look.published, look.before, folder, rows, generated_from=summary.generated_from)
        return replace(as_report(look), regressions=self._regressions(look.inputs.week))

    def _curate(self, look: Look, folder: Path) -> WeekReport:
        inputs, generated_from = look.inputs, look.generated_from
        runs = inputs.runs()
        with self.open_reader(source for run in runs for source in run) as reader:
            curated = curate(
                runs, refused=inputs.refused, read=reader.read, folder=folder, generated_from=generated_from
            )
        rows = self._rows(curated.cells, inputs.week, generated_from)
        publishing = _Publishing(self.store, look.published, generated_from)
        publishing.put_rejected(folder, curated.counts)
        self._put_summary(look.published, look.before, folder, rows, generated_from=generated_from)
        publishing.put(CuratedFile.RUNS, folder)
        publishing.put(CuratedFile.TURNS, folder)
        publishing.show({table: [CuratedKey(inputs.week, table.file)] for table in CuratedTable})
        publishing.settle(self.now())
        return replace(as_report(look), **asdict(curated.counts), regressions=self._regressions(look.inputs.week))

    def publish_parts(self, plan: Plan, receipts: Sequence[Receipt]) -> WeekReport:
        """Publish a week whose parts are done; raise `ConflictError` where it changed since it was planned.

        Raise `LostError` where, once the week is published, an object that it names is not there.
        """
        begun, week, generated_from = self.clock(), plan.published.week, plan.generated_from
        counts = total(receipts, objects=plan.objects - len(plan.refused))
        before = self.store.summary(week.shift(-1))
        cells = [cell for receipt in receipts for cell in receipt.cells]
        rows = self._rows(cells, week, generated_from)
        publishing = _Publishing(self.store, plan.published, generated_from)
        with work_folder() as folder:
            write_refused(folder / CuratedFile.REJECTED, plan.refused)
            publishing.put_rejected(folder, counts)
            self._put_summary(plan.published, before, folder, rows, generated_from=generated_from)
        publishing.show(
            {
                CuratedTable.WEEKLY_SUMMARY: [CuratedKey(week, CuratedFile.WEEKLY_SUMMARY)],
                CuratedTable.CURATED_RUNS: [PartKey(week, digest, PartFile.RUNS) for digest in plan.parts],
                CuratedTable.CURATED_TURNS: [PartKey(week, digest, PartFile.TURNS) for digest in plan.parts],
            }
        )
        publishing.settle(self.now())
        bad_keys, too_large = count_refused(plan.refused)
        return WeekReport(
            week=str(week),
            outcome=Outcome.CURATED,
            objects=plan.objects,
            parts=len(plan.parts),
            **asdict(counts),
            bad_keys=bad_keys,
            too_large=too_large,
            bytes_out=sum(sum(receipt.sizes.values()) for receipt in receipts),
            seconds=round(self.clock() - begun, 3),
            regressions=self._regressions(week),
        )

    def _rows(self, cells: Sequence[Cell], week: Week, generated_from: str) -> list[WeeklySummary]:
        return summary_rows(
            cells, week=str(week), generated_from=generated_from, models=self.models, turns=self.turns
        )

    def _regressions(self, week: Week) -> list[Regression]:
        """Return what fell since the week before, by the runs that are published of both."""
        return regressions(self.store.runs(week), self.store.runs(week.shift(-1)), self.turns)

    def _put_summary(
        self,
        published: Published,
        before: Sequence[WeeklySummary],
        folder: Path,
        rows: Sequence[WeeklySummary],
        *,
        generated_from: str,
    ) -> None:
        path = folder / CuratedFile.WEEKLY_SUMMARY
        write_summary(path, with_changes(rows, before))
        self.store.put(
            CuratedKey(published.week, CuratedFile.WEEKLY_SUMMARY),
            path,
            over=published.files[CuratedFile.WEEKLY_SUMMARY],
            metadata={GENERATED_FROM: generated_from, WOW_INPUT: wow_input(before)},
        )


@dataclass(frozen=True)
class _Publishing:
    """Publishes a generation of a week over the one that was seen."""

    store: WeekStore
    seen: Published
    generated_from: str

    def put_rejected(self, folder: Path, counts: Counts) -> None:
        """Publish the refused lines, and beside them how many were left out as duplicates."""
        self.put(CuratedFile.REJECTED, folder, **{DUPLICATES: str(counts.duplicates)})

    def put(self, file: CuratedFile, folder: Path, **more: str) -> None:
        """Publish a file of the week, with `more` of metadata."""
        self.store.put(
            CuratedKey(self.seen.week, file),
            folder / file,
            over=self.seen.files[file],
            metadata={GENERATED_FROM: self.generated_from, **more},
        )

    def show(self, named: Mapping[CuratedTable, Sequence[Key]]) -> None:
        """Publish the manifests; that of the turns, which commits the week, is the last."""
        for table in sorted(CuratedTable, key=lambda table: table is CuratedTable.CURATED_TURNS):
            key = SymlinkKey(table, self.seen.week)
            self.store.show(key, named[table], over=self.seen.manifests[table], generated_from=self.generated_from)

    def settle(self, now: datetime) -> None:
        """Look at the week once more, and remove what no reader can need any more.

        Raise `LostError` where something is named that is not there, and `ConflictError` where the week is not what
        was published: the manifests of a week of one part are the same bytes in each generation, so that a condition
        does not tell two writers apart. The one that writes last looks last, and so leaves no mixture.
        """
        stored, shown = self.store.stored(self.seen.week), self.store.published(self.seen.week)
        if shown.lost:
            raise LostError(f"{min(shown.lost)}: named and not there, as {len(shown.lost)} objects in all")
        if shown.generation != self.generated_from:
            raise ConflictError(f"{self.seen.week}: changed while it was published")
        for key in superseded(self.seen, stored, keep=shown.named, now=now):
            self.store.remove(key)


def as_report(look: Look) -> WeekReport:
    """Return what is known of a week before anything is done with it."""
    inputs = look.inputs
    bad_keys, too_large = count_refused(inputs.refused)
    parts = 1 if look.is_one_part else sum(1 for _ in bounds_of(inputs, most=PART_WORK))
    return WeekReport(
        week=str(inputs.week),
        outcome=look.outcome,
        objects=inputs.objects,
        parts=parts,
        bytes_in=inputs.size,
        bad_keys=bad_keys,
        too_large=too_large,
    )
