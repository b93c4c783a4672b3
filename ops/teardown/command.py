"""`ops teardown`: deletes the stacks of a lake, or what a first deployment that failed has left."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import jmespath
from botocore.exceptions import WaiterError

from ops.command import Command, Context
from ops.deployment import described
from ops.failures import OK, CommandError
from ops.screen import show_json, show_table, tracked
from ops.teardown.holdings import Holding, holding
from schemas.names import Names, Part

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

# A stack that was never complete, so that CloudFormation updates it no more.
_FAILED: Final = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")


@dataclass(frozen=True)
class Standing:
    """A stack that exists, its status, and what it retains where that exists."""

    part: Part
    stack: str
    status: str
    retained: Holding | None


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--delete", action="store_true", help="delete them; without it nothing is changed")
    parser.add_argument(
        "--failed",
        action="store_true",
        help="only stacks whose creation failed, and the empty buckets and tables that they left",
    )
    optional = [str(part) for part in Part if part.optional]
    parser.add_argument(
        "--only",
        choices=optional,
        metavar="STACK",
        help=f"only a stack that the lake can do without: {', '.join(optional)}",
    )


def _run(context: Context, arguments: argparse.Namespace) -> int:
    parts = [Part(arguments.only)] if arguments.only else Part
    standing = [
        each for each in _standing(context, arguments.names, parts) if each.status in _FAILED or not arguments.failed
    ]
    if arguments.failed:
        _refuse_data(standing)
    if arguments.delete:
        for each in tracked(standing, description="delete", total=len(standing)):
            _delete_stack(context.aws.cloudformation(each.part.region), each.stack)
            if arguments.failed and each.retained and each.retained.exists():
                each.retained.delete()
    _show(standing, deleted=arguments.delete, stays=not arguments.failed, as_json=context.json)
    return OK


def _standing(context: Context, names: Names, parts: Iterable[Part]) -> Iterator[Standing]:
    """Yield the stacks of the parts that exist, each before those that it needs."""
    account = context.aws.sts().get_caller_identity()["Account"]
    for part in reversed([*parts]):
        stack = names.stack(part)
        if found := described(context.aws.cloudformation(part.region), stack):
            kept = holding(context.aws, names, part, account=account)
            yield Standing(part, stack, found["StackStatus"], kept if kept and kept.exists() else None)


def _refuse_data(standing: Sequence[Standing]) -> None:
    for each in standing:
        if each.retained and each.retained.holds_data():
            raise CommandError(f"{each.retained.name} holds data: adopt it instead, see docs/runbook.md")


def _delete_stack(cloudformation: "CloudFormationClient", stack: str) -> None:
    cloudformation.update_termination_protection(StackName=stack, EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName=stack)
    try:
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack)
    except WaiterError as error:
        reason = jmespath.search("Stacks[0].StackStatusReason", error.last_response)
        raise CommandError(f"stack {stack} is not deleted: {reason or error}") from None


def _show(standing: Sequence[Standing], *, deleted: bool, stays: bool, as_json: bool) -> None:
    rows = [(it.stack, it.part.region, it.status, it.retained.name if it.retained else None) for it in standing]
    if as_json:
        keys = ("stack", "region", "status", "retains")
        show_json({"stacks": [dict(zip(keys, row, strict=True)) for row in rows], "deleted": deleted})
        return
    title = "Deleted" if deleted else "Would be deleted with --delete"
    show_table(title, ("stack", "Region", "status", "stays" if stays else "goes too"), rows)


COMMAND = Command(
    name="teardown",
    help="list the stacks of the lake, or with --delete delete them; buckets and table stay",
    add_arguments=_add_arguments,
    run=_run,
)
