"""What a reconciliation found and repaired, as a program reads it."""

from collections.abc import Mapping, Sequence

from lambdas.reconcile_daily.compare import Difference, Version
from lambdas.reconcile_daily.reconcile import Run
from ops.index.reconcile.report import Reconciled


def as_json(found: Reconciled) -> Mapping[str, object]:
    """Return the result for machines; of the differences the first, of their counts all."""
    index = found.index
    return {
        "reconciled": found.agrees,
        "objects": index.objects,
        "items": index.items,
        "under_way": index.under_way,
        "counts": index.counts(),
        "differences": [_difference(difference) for difference in index.first_differences],
        "runs_in_two_weeks": [_run(run) for run in index.runs_in_two_weeks],
        "runs_in_two_cells": [_run(run) for run in index.runs_in_two_cells],
        "curated": {str(week): state for week, state in found.curated.items()},
        "invalid_summaries": {summary.key: summary.reason for summary in found.summaries},
        "repaired": _repaired(found),
    }


def _repaired(found: Reconciled) -> Mapping[str, object] | None:
    if not (found.repairs and found.week_repairs):
        return None
    return {
        "differences": found.repairs.repaired,
        "left": [_difference(difference) for difference in found.repairs.left],
        "failures": {failure.key: failure.reason for failure in found.repairs.failures},
        "curated": {str(week): state for week, state in found.week_repairs.states.items()},
        "curation_failures": {str(week): reason for week, reason in found.week_repairs.failures.items()},
    }


def _difference(difference: Difference) -> Mapping[str, object]:
    return {
        "kind": difference.kind,
        "key": difference.key,
        "run_id": difference.run_id,
        "stored": _version(difference.stored),
        "indexed": _version(difference.indexed),
    }


def _run(run: Run) -> Mapping[str, str | Sequence[str]]:
    return {"run_id": run.run_id, "keys": run.keys}


def _version(version: Version | None) -> Mapping[str, str | None] | None:
    return {"version_id": version.version_id, "etag": version.etag} if version else None
