"""`ops erase`: remove every trace of runs, objects or single turns, or list where there are any."""

import argparse
import time
from datetime import UTC, datetime
from functools import partial
from typing import Final

from ops.archive import restore_command, show_restore_commands
from ops.command import Command, Context, accepting
from ops.curation.deployed import DeployedEngine
from ops.erase import records
from ops.erase.asked import RefusedError, asked_for
from ops.erase.erasing import Erasing, Plan
from ops.erase.index import Items
from ops.erase.left import what_is_left
from ops.erase.planning import plan as plan_of
from ops.erase.report import Result
from ops.erase.weeks import Weeks
from ops.failures import DIFFERENCE, OK, CommandError, resumable
from ops.index.index_run import IndexRun
from ops.registry.store import ArchivedError, Store, stores
from ops.screen import show_json, show_message, status
from schemas.keys.weeks import Week
from schemas.models.fields import MAX_LOCATION, MAX_TURNS
from schemas.names import Function, Output

_SHOWN: Final = 50
_AGAIN: Final = "run this again, what was erased stays so"


def _turn(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_TURNS:
        raise ValueError(f"{text!r}: expected a turn's number, 1 to {MAX_TURNS}")
    return int(text)


def _reason(text: str) -> str:
    if not text.strip() or len(text) > MAX_LOCATION:
        raise ValueError(f"expected 1 to {MAX_LOCATION:,} characters that say nothing of what is erased")
    return text


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="*", metavar="RUN_ID", help="a run, with all of its objects")
    parser.add_argument(
        "--key", action="append", default=[], metavar="KEY", dest="keys", help="one object, below raw/ or scores/"
    )
    parser.add_argument(
        "--turn",
        action="append",
        default=[],
        type=accepting(_turn),
        metavar="N",
        dest="turns",
        help="only this turn: the object is written again without it",
    )
    parser.add_argument("--confirm", action="store_true", help="erase; without it nothing is changed")
    parser.add_argument(
        "--reason", type=accepting(_reason), metavar="TEXT", help="why, for the record: nothing of what is erased"
    )


def _run(context: Context, arguments: argparse.Namespace) -> int:
    asked = asked_for(arguments.runs, arguments.keys, arguments.turns)
    if arguments.confirm and not arguments.reason:
        raise CommandError("--confirm: expected --reason as well, for the record")
    primary, replica = stores(context)
    items = Items(context.aws.dynamodb(), context.deployment.output(Output.RUNS_TABLE))
    weeks = _weeks(context, primary, replica)
    try:
        with status("looking for it in both Regions"):
            planned = plan_of(asked, primary=primary, replica=replica, items=items, weeks=weeks)
        result = Result(plan=planned.plan, before=planned.before)
        if planned.plan:
            _tell(planned.plan)
            result.left = [*what_is_left(primary, planned.plan.found.primary, planned.plan.weeks)]
            if _is_archived(primary, planned.plan):
                return DIFFERENCE
            if arguments.confirm:
                _erase(context, planned.plan, items, weeks, result, reason=arguments.reason)
    except (RefusedError, ArchivedError) as error:
        show_message(f"ops erase: {error}")
        return DIFFERENCE
    if context.json:
        show_json(result.as_json())
    else:
        result.show()
    for problem in result.problems:
        show_message(f"ops erase: {problem}")
    return DIFFERENCE if result.problems else OK


def _erase(context: Context, plan: Plan, items: Items, weeks: Weeks, result: Result, *, reason: str) -> None:
    """Erase, write the record once nothing is left, and remove the markers; problems go into the result."""
    by = context.aws.sts().get_caller_identity()["Arn"]
    with resumable(lambda: _AGAIN), status("erasing") as say:
        erasing = Erasing(
            plan=plan,
            primary=weeks.primary,
            replica=weeks.replica,
            items=items,
            repair=IndexRun(context.aws.repeatable_lambda(), context.deployment.function(Function.INDEX_RUN)).repair,
            weeks=weeks,
            sleep=time.sleep,
            say=say,
        )
        erased = erasing.run()
        result.problems += erased.left
        if erased.left:
            return
        record = records.record_of(plan, at=datetime.now(UTC), by=by, reason=reason, versions=erased.versions)
        result.record = records.publish(record, primary=weeks.primary, replica=weeks.replica)
        result.problems += erasing.unhide()


def _weeks(context: Context, primary: Store, replica: Store) -> Weeks:
    # pyarrow would slow down the start of every command.
    from lambdas.curate_week.store import WeekStore  # noqa: PLC0415

    aws, deployment = context.aws, context.deployment
    return Weeks(
        primary=primary,
        replica=replica,
        store=WeekStore(primary.s3, primary.bucket),
        engine=DeployedEngine(
            client=aws.lambda_(),
            function=deployment.function(Function.CURATE_WEEK),
            machines=aws.step_functions(),
            follow=lambda _: None,
            sleep=time.sleep,
        ),
        current=Week.of(datetime.now(UTC).date()),
    )


def _tell(plan: Plan) -> None:
    """Say what one might not expect of what was found."""
    days = plan.found.days
    if len(days) > 1:
        show_message(f"ops erase: it lies under {len(days)} days, all of which are meant: {', '.join(days)}")
    for version in plan.found.primary:
        if version.archived:
            show_message(f"ops erase: {version.key}: archived: it can be deleted without being restored")
    for each in plan.rewritings:
        if each.unreadable:
            lines = f"{each.unreadable:,} lines have no turn that can be read, and stay"
            show_message(f"ops erase: {each.key}: {lines}: look at them, or erase the whole of it")


def _is_archived(store: Store, plan: Plan) -> bool:
    """Say what has to be restored before weeks can be curated again, and return whether there is anything."""
    archived = [key for week in plan.weeks if week.is_made_again for key in week.archived]
    if archived:
        weeks = ", ".join(str(week.week) for week in plan.weeks if week.archived)
        show_message(f"ops erase: nothing is erased: {weeks} could not be curated again: objects of it are archived")
        command = partial(restore_command, store.bucket, region=store.region)
        show_restore_commands("ops erase", [*map(command, archived[:_SHOWN])], count=len(archived))
    return bool(archived)


COMMAND = Command(
    name="erase",
    help="remove every trace of runs, objects or turns; without --confirm, list where there are any",
    add_arguments=_add_arguments,
    run=_run,
)
