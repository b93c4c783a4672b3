"""`ops reindex`: write the index from the bucket, through the function that live events go to."""

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from lambdas.reconcile_daily.inventory import stored_objects
from ops.archive import restore_command, show_restore_commands
from ops.command import Command, Context
from ops.failures import DIFFERENCE, OK, resumable
from ops.index.index_run import Failure, IndexRun, Repaired
from ops.index.ranges import add_range_arguments, chosen_range, how_to_go_on
from ops.index.reindex.reindex import Reindexed, reindex
from ops.screen import progress, show_json, show_table
from schemas.keys.raw_range import RawRange
from schemas.names import Function

_MEGABYTE: Final = 10**6
_SHOWN: Final = 50


def as_json(done: Reindexed) -> Mapping[str, object]:
    """Return the result for machines."""
    return {
        "objects": done.objects,
        "bytes": done.size,
        "archived": done.archived,
        "first_archived": done.first_archived,
        "failures": [{"key": failure.key, "reason": failure.reason} for failure in done.failures],
    }


def show(done: Reindexed, *, dry_run: bool) -> None:
    """Print the result for people."""
    show_failures(done.failures)
    show_table(
        "Would be reindexed" if dry_run else "Reindexed",
        ("objects", "MB", "archived, not read", "failed"),
        [(done.objects, done.size / _MEGABYTE, done.archived, len(done.failures))],
    )


def show_failures(failures: Sequence[Failure]) -> None:
    """Print what could not be indexed, if anything."""
    if failures:
        more = f" (the first {_SHOWN} of {len(failures):,})" if len(failures) > _SHOWN else ""
        rows = [(failure.key, failure.reason) for failure in failures[:_SHOWN]]
        show_table(f"Could not be indexed{more}", ("key", "reason"), rows)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_range_arguments(parser)
    parser.add_argument(
        "--force",
        action="store_true",
        help="write items that describe the current version, too: after a change of the registry or of IndexRun",
    )
    parser.add_argument("--dry-run", action="store_true", help="count what would be indexed, and write nothing")


def _run(context: Context, arguments: argparse.Namespace) -> int:
    within, done = chosen_range(arguments), Reindexed()
    bucket = context.deployment.bucket
    try:
        with resumable(lambda: how_to_go_on(arguments, done.last)):
            _reindex(context, within, done, force=arguments.force, dry_run=arguments.dry_run)
    finally:
        if context.json:
            show_json(as_json(done))
        else:
            show(done, dry_run=arguments.dry_run)
            command = partial(restore_command, bucket, region=context.aws.home)
            show_restore_commands("ops reindex", [*map(command, done.first_archived)], count=done.archived)
    return DIFFERENCE if done.failures or done.archived else OK


def _reindex(context: Context, within: RawRange, done: Reindexed, *, force: bool, dry_run: bool) -> None:
    aws, deployment = context.aws, context.deployment
    objects = stored_objects(aws.bucket(deployment.bucket), within)
    repair = (
        _nothing if dry_run else IndexRun(aws.repeatable_lambda(), deployment.function(Function.INDEX_RUN)).repair
    )
    with progress() as display:
        task = display.add_task("reindex", total=None)
        reindex(objects, repair, done, force=force, follow=lambda count: display.advance(task, count))


def _nothing(keys: Sequence[str], *, force: bool = False) -> Repaired:  # noqa: ARG001 - as a repair is called
    return Repaired()


COMMAND = Command(
    name="reindex",
    help="write the index from the bucket, by the function that live events go to; what is right stays as it is",
    add_arguments=_add_arguments,
    run=_run,
)
