"""What a reconciliation found and repaired, as an operator sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lambdas.reconcile_daily.compare import DifferenceKind, Version
from lambdas.reconcile_daily.reconcile import Reconciliation
from lambdas.reconcile_daily.summaries import InvalidSummary
from ops.curation.curated import CuratedState, WeekRepairs
from ops.index.reconcile.repair import Repairs
from ops.screen import show_table
from schemas.keys.weeks import Week

_SHOWN: Final = 50


def _short(kind: DifferenceKind) -> str:
    return kind.removesuffix("_item")


_KINDS: Final = tuple(map(_short, DifferenceKind))


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """The index, the curated weeks and the invalid summaries as they were found, and what was repaired of them."""

    index: Reconciliation
    curated: Mapping[Week, CuratedState]
    summaries: Sequence[InvalidSummary] = ()
    repairs: Repairs | None = None
    week_repairs: WeekRepairs | None = None

    @property
    def wrong_weeks(self) -> list[Week]:
        """The weeks whose published files are not what their raw objects give."""
        return [week for week, state in self.curated.items() if state is not CuratedState.CURRENT]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs, or everything that did was repaired."""
        if self.summaries:
            return False
        if self.repairs and self.week_repairs:
            return not self.repairs.left and not self.week_repairs.left
        return self.index.reconciled and not self.wrong_weeks

    @property
    def hint(self) -> str | None:
        """What a repair would do, in one line; None where there is nothing to do."""
        counts = self.index.counts()
        what = {
            "items written": counts[DifferenceKind.MISSING_ITEM] + counts[DifferenceKind.STALE_ITEM],
            "items removed": counts[DifferenceKind.ORPHAN_ITEM] + counts[DifferenceKind.MISPLACED_ITEM],
            "weeks curated": sum(
                state is not CuratedState.WITHOUT_RUNS for state in map(self.curated.get, self.wrong_weeks)
            ),
        }
        effects = ", ".join(f"{count:,} {effect}" for effect, count in what.items() if count)
        return f"--repair would do this: {effects}" if effects and not self.repairs else None

    def show(self) -> None:
        """Print the result for people."""
        self._show_differences()
        self._show_runs()
        self._show_weeks()
        self._show_summaries()
        index = self.index
        show_table(
            "S3 against index against curated",
            (
                "objects",
                "items",
                *_KINDS,
                "under way",
                "weeks",
                "weeks not current",
                "invalid summaries",
                "reconciled",
            ),
            [
                (
                    index.objects,
                    index.items,
                    *(index.counts()[kind] for kind in DifferenceKind),
                    index.under_way,
                    len(self.curated),
                    len(self.wrong_weeks),
                    len(self.summaries),
                    "yes" if index.reconciled and not self.wrong_weeks and not self.summaries else "no",
                )
            ],
        )
        self._show_repairs()

    def _show_differences(self) -> None:
        count, first = self.index.counts().total(), self.index.first_differences[:_SHOWN]
        if first:
            show_table(
                _title("Differences", count),
                ("item", "key", "version in the bucket", "in the index"),
                [(_short(it.kind), it.key, _shown(it.stored), _shown(it.indexed)) for it in first],
            )

    def _show_runs(self) -> None:
        for title, runs in (
            ("Runs in two weeks", self.index.runs_in_two_weeks),
            ("Runs under two models or phases", self.index.runs_in_two_cells),
        ):
            if runs:
                rows = [(run.run_id, "\n".join(run.keys)) for run in runs[:_SHOWN]]
                show_table(_title(title, len(runs)), ("run", "keys"), rows)

    def _show_weeks(self) -> None:
        weeks = self.index.weeks
        differing = {week for week, count in weeks.items() if count.differences or count.under_way}
        shown = sorted({*differing, *self.wrong_weeks}, key=lambda week: (week is None, str(week)))
        if shown:
            counts = ((week, weeks[week]) for week in shown)
            show_table(
                "Weeks that differ",
                ("week", "objects", "items", *_KINDS, "under way", "curated"),
                [
                    (
                        str(week) if week else "none: bad key",
                        count.objects,
                        count.items,
                        *(count.differences[kind] for kind in DifferenceKind),
                        count.under_way,
                        self.curated.get(week) if week else None,
                    )
                    for week, count in counts
                ],
            )

    def _show_summaries(self) -> None:
        if self.summaries:
            rows = [(summary.key, summary.reason) for summary in self.summaries[:_SHOWN]]
            show_table(_title("Invalid summaries", len(self.summaries)), ("key", "reason"), rows)

    def _show_repairs(self) -> None:
        if not (self.repairs and self.week_repairs):
            return
        reasons = [(failure.key, failure.reason) for failure in self.repairs.failures]
        reasons += [(str(week), reason) for week, reason in self.week_repairs.failures.items()]
        if reasons:
            show_table(_title("Failures", len(reasons)), ("object or week", "reason"), reasons[:_SHOWN])
        weeks = len(self.week_repairs.states)
        show_table(
            "Repaired",
            ("differences", "left", "weeks", "weeks left", "repaired"),
            [
                (
                    self.repairs.repaired,
                    len(self.repairs.left),
                    weeks - len(self.week_repairs.left),
                    len(self.week_repairs.left),
                    "yes" if self.agrees else "no",
                )
            ],
        )


def _title(what: str, count: int) -> str:
    return f"{what} (the first {_SHOWN} of {count:,})" if count > _SHOWN else what


def _shown(version: Version | None) -> str | None:
    return version.version_id if version else None
