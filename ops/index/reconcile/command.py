"""`ops reconcile`: does the index describe what the bucket holds, and do the curated weeks?"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from rich.progress import Progress

from lambdas.reconcile_daily.compare import State
from lambdas.reconcile_daily.days import Stores
from lambdas.reconcile_daily.inventory import ALL
from lambdas.reconcile_daily.reconcile import SETTLING, Reconciliation, count, reconcile
from lambdas.reconcile_daily.second_look import SecondLook
from lambdas.reconcile_daily.summaries import InvalidSummary, invalid_summaries
from ops.archive import why_unreadable
from ops.command import Command, Context
from ops.curation.curated import curated_states, published_weeks, repair_weeks, week_looker
from ops.failures import DIFFERENCE, OK, CommandError, attempt, resumable
from ops.index.index_run import IndexRun
from ops.index.ranges import add_range_arguments, chosen_range
from ops.index.reconcile.as_json import as_json
from ops.index.reconcile.repair import Misplaced, Repairer, Repairs
from ops.index.reconcile.report import Reconciled
from ops.invoke import invoke
from ops.screen import progress, show_json, show_message
from schemas.curation import CurationRequest, last_due_week
from schemas.keys.raw_range import RawRange
from schemas.keys.weeks import Week
from schemas.names import Function, Output
from schemas.registry.models_file import RegistryError, load_models

if TYPE_CHECKING:
    from lambdas.curate_week.plan import Look


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_range_arguments(parser)
    parser.add_argument(
        "--repair",
        action="store_true",
        help="have IndexRun index what differs and CurateWeek curate the weeks that are not current; "
        "removes items without an object",
    )


def _run(context: Context, arguments: argparse.Namespace) -> int:
    now, within = datetime.now(UTC), chosen_range(arguments)
    with resumable(lambda: "run this again, what was repaired stays so"), progress() as display:
        index, repairs = _reconcile_index(context, within, display, now=now, repair=arguments.repair)
        look = _looker(context)
        weeks = _weeks(context, within, index, now=now)
        states = curated_states(weeks, look, unreadable=_say_why)
        curated = dict(display.track(states, total=len(weeks), description="weeks"))
        summaries = _invalid_summaries(context, within, display)
        found = Reconciled(index=index, curated=curated, summaries=summaries, repairs=repairs)
        if arguments.repair:
            wrong = display.track(found.wrong_weeks, description="curate")
            found = replace(found, week_repairs=repair_weeks(wrong, curate=_curate(context), look=look))
    if context.json:
        show_json(as_json(found))
    else:
        found.show()
    if found.hint:
        show_message(found.hint)
    return OK if found.agrees else DIFFERENCE


def _reconcile_index(
    context: Context, within: RawRange, display: Progress, *, now: datetime, repair: bool
) -> tuple[Reconciliation, Repairs | None]:
    aws, deployment = context.aws, context.deployment
    stores = Stores(aws.bucket(deployment.bucket), aws.dynamodb(), deployment.output(Output.RUNS_TABLE))
    # Without a first day there is no day to begin with.
    states = stores.states(within, today=now.date()) if within.first_day else stores.all_states(within)
    look_again = _patient(SecondLook(stores.bucket.client, stores.bucket.name, stores.dynamodb, stores.table))
    repairer = _repairer(context, display, look_again) if repair else None
    index = reconcile(
        display.track(states, total=None, description="bucket and index"),
        look_again=look_again,
        now=now,
        settling=SETTLING,
        act=repairer.act if repairer else count,
    )
    return index, repairer.done if repairer else None


def _patient(look_again: SecondLook) -> Callable[[State], State]:
    """Return the second look, which leaves a state as it is where AWS refuses the look, and says why."""

    def look(state: State) -> State:
        def refused(why: str) -> State:
            _say_why(state.key, why)
            return state

        return attempt(partial(look_again, state), refused)

    return look


def _say_why(what: object, why: str) -> None:
    show_message(f"ops reconcile: {what}: {why}")


def _invalid_summaries(context: Context, within: RawRange, display: Progress) -> list[InvalidSummary]:
    """Return the invalid summaries of the range's days; a range that is no range of days has none."""
    if within != ALL and not (within.first_day or within.last_day):
        return []
    task = display.add_task("summaries", total=None)
    bucket = context.aws.bucket(context.deployment.bucket)
    found = invalid_summaries(
        bucket, within.first_day, within.last_day, follow=lambda count: display.advance(task, count)
    )
    return [*found]


def _repairer(context: Context, display: Progress, look_again: Callable[[State], State]) -> Repairer:
    aws, deployment = context.aws, context.deployment
    task = display.add_task("repair", total=None)
    return Repairer(
        repair=IndexRun(aws.repeatable_lambda(), deployment.function(Function.INDEX_RUN)).repair,
        remove=Misplaced(aws.dynamodb(), deployment.output(Output.RUNS_TABLE)).remove,
        look_again=look_again,
        why_unreadable=partial(why_unreadable, deployment.bucket, region=aws.home),
        follow=lambda done: display.advance(task, done),
    )


def _weeks(context: Context, within: RawRange, index: Reconciliation, *, now: datetime) -> list[Week]:
    """Return the weeks that must be curated by now: those of the range, and without one those that are published."""
    weeks = {week for week in index.weeks if week}
    if within == ALL:
        weeks.update(published_weeks(context.aws.s3(), context.deployment.bucket))
    return sorted(week for week in weeks if week <= last_due_week(now))


def _looker(context: Context) -> "Callable[[Week], Look]":
    try:
        return week_looker(context.aws.bucket(context.deployment.bucket), load_models())
    except RegistryError as error:
        raise CommandError(str(error)) from None


def _curate(context: Context) -> Callable[[Week], object]:
    client, function = context.aws.lambda_(), context.deployment.function(Function.CURATE_WEEK)
    return lambda week: invoke(client, function, CurationRequest(weeks=[str(week)]))


COMMAND = Command(
    name="reconcile",
    help="compare the bucket with the index, the curated weeks, and validate summaries; exit 1 on any difference",
    add_arguments=_add_arguments,
    run=_run,
)
