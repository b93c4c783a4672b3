"""`ops adopt ACCOUNT`: takes over a bucket and a table that were made by hand, as they are."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from ops.adopt.bucket import find_bucket
from ops.adopt.finding import Found
from ops.adopt.importing import exists, import_found
from ops.adopt.table import find_table
from ops.adopt.wanted import BUCKET, TABLE, Wanted
from ops.command import Command, Context, accepting
from ops.failures import DIFFERENCE, OK, CommandError
from ops.screen import show_json, show_message, show_table
from schemas.names import Names, Part

_ACCOUNT: Final = re.compile(r"[0-9]{12}", re.ASCII)


def _account(text: str) -> str:
    if not _ACCOUNT.fullmatch(text):
        raise ValueError(f"{text!r}: expected the 12 digits of an account")
    return text


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", type=accepting(_account), metavar="ACCOUNT", help="the account that they are in")
    parser.add_argument("--dry-run", action="store_true", help="say what differs and what is refused, change nothing")


def _run(context: Context, arguments: argparse.Namespace) -> int:
    names: Names = arguments.names
    _refuse_other_account(context, arguments.account)
    found = _found(context, names, arguments.account)
    if not found:
        raise CommandError(
            f"nothing to adopt: neither {names.bucket(arguments.account)} nor {names.runs_table} exists"
        )
    refusals = [refusal for each in found for refusal in each.refusals]
    imported = not refusals and not arguments.dry_run
    if imported:
        for each in found:
            import_found(context.aws.cloudformation(), names.stack(each.wanted.part), each)
    _show(found, refusals, imported=imported, as_json=context.json)
    return DIFFERENCE if refusals else OK


def _refuse_other_account(context: Context, account: str) -> None:
    own = context.aws.sts().get_caller_identity()["Account"]
    if own != account:
        raise CommandError(f"the credentials are of account {own}, not of {account}")


def _found(context: Context, names: Names, account: str) -> list[Found]:
    """Return what exists of bucket and table and no stack has yet; raise `CommandError` where stacks have both."""
    bucket = Wanted.read(Part.STORAGE, BUCKET, names=names, account=account)
    table = Wanted.read(Part.INDEX, TABLE, names=names, account=account)
    stacks = [names.stack(wanted.part) for wanted in (bucket, table)]
    had = [exists(context.aws.cloudformation(), stack) for stack in stacks]
    if all(had):
        raise CommandError(f"stack {stacks[0]} exists, as {stacks[1]} does: what they hold is the lake's already")
    found = (
        None if had[0] else find_bucket(context.aws.s3(), names.bucket(account), account=account, wanted=bucket),
        None if had[1] else find_table(context.aws.dynamodb(), names.runs_table, wanted=table),
    )
    return [each for each in found if each]


def _show(found: Sequence[Found], refusals: Sequence[str], *, imported: bool, as_json: bool) -> None:
    names = [name for each in found for name in each.identifier.values()]
    differences = [difference for each in found for difference in each.differences]
    if as_json:
        show_json(
            {
                "found": names,
                "differences": [asdict(difference) for difference in differences],
                "refusals": [*refusals],
                "imported": imported,
            }
        )
        return
    if differences:
        show_table(
            "What the first deployment after the import changes",
            ("resource", "setting", "now", "then"),
            [(it.resource, it.setting, it.found, it.template) for it in differences],
        )
    for refusal in refusals:
        show_message(f"refused: {refusal}")
    show_table("Adoption", ("found", "imported"), [(", ".join(names), "yes" if imported else "no")])


COMMAND = Command(
    name="adopt",
    help="take over a bucket and a table that were made by hand, as they are; exit 1 where one is refused",
    add_arguments=_add_arguments,
    run=_run,
)
