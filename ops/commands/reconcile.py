"""`python -m ops reconcile`: does the index describe what the bucket holds?"""

import argparse
from collections.abc import Mapping

from ops.command import Command, Context
from ops.failures import DIFFERENCE, OK
from ops.inventory import indexed_objects, stored_objects
from ops.reconcile import Difference, Reconciliation, Version, reconcile
from ops.screen import show_json, show_table, tracked
from schemas.run_index import run_id_of


def as_json(found: Reconciliation) -> Mapping[str, object]:
    """Return the result for machines."""
    return {
        "reconciled": found.reconciled,
        "objects": found.objects,
        "items": found.items,
        "differences": [_difference_json(difference) for difference in found.differences],
    }


def show(found: Reconciliation) -> None:
    """Print the result for people."""
    if found.differences:
        show_table(
            "Differences",
            ("difference", "key", "in the bucket", "in the index"),
            [
                (difference.kind, difference.key, _shown(difference.stored), _shown(difference.indexed))
                for difference in found.differences
            ],
        )
    show_table(
        "S3 against index",
        ("objects", "items", *(str(kind) for kind in found.counts()), "reconciled"),
        [(found.objects, found.items, *found.counts().values(), "yes" if found.reconciled else "no")],
    )


def _difference_json(difference: Difference) -> Mapping[str, object]:
    return {
        "kind": difference.kind,
        "key": difference.key,
        "run_id": difference.run_id,
        "stored": _version_json(difference.stored),
        "indexed": _version_json(difference.indexed),
    }


def _version_json(version: Version | None) -> Mapping[str, str] | None:
    return {"version_id": version.version_id, "etag": version.etag} if version else None


def _shown(version: Version | None) -> str | None:
    return f"{version.version_id} {version.etag}" if version else None


def _add_arguments(_: argparse.ArgumentParser) -> None:
    """It takes what all commands take."""


def _run(context: Context, _: argparse.Namespace) -> int:
    aws, deployment = context.aws, context.deployment
    found = reconcile(
        stored=tracked(stored_objects(aws.s3(), deployment.bucket), description="bucket"),
        indexed=tracked(indexed_objects(aws.dynamodb(), deployment.runs_table), description="index"),
        run_id_of=run_id_of,
    )
    if context.json:
        show_json(as_json(found))
    else:
        show(found)
    return OK if found.reconciled else DIFFERENCE


COMMAND = Command(
    name="reconcile",
    help="compare the bucket with the index, object by object; exit 1 on any difference",
    add_arguments=_add_arguments,
    run=_run,
)
