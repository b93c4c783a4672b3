"""`ops curate`: weeks into Parquet, by what is deployed or by its code in this process."""

import argparse
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Final

import msgspec

from ops.command import Command, Context, accepting
from ops.curation import CurationFailedError, Engine
from ops.curation.deployed import DeployedEngine
from ops.failures import DIFFERENCE, OK, CommandError, attempt, resumable
from ops.screen import progress, show_json, show_message, show_table, tracked
from schemas.curation import WINDOW_WEEKS, CurationRequest, Outcome, WeekReport
from schemas.keys.weeks import Week
from schemas.names import Function

_DONE: Final = frozenset({Outcome.CURATED, Outcome.SUMMARY})
_MEGABYTE: Final = 10**6
_WEEK: Final = re.compile(r"\d{4}-W\d\d")
_COUNTS: Final = ("objects", "parts", "lines", "rows", "rejected", "duplicates", "bad_keys", "too_large")


def asked_weeks(weeks: Sequence[Week], since: Week | None, *, current: Week) -> tuple[Week, ...]:
    """Return the weeks to look at, the oldest first; raise `CommandError` where there is none, or one is to come."""
    if weeks and max(weeks) > current:
        raise CommandError(f"week {max(weeks)}: expected {current}, which is the current one, or an earlier week")
    if since is None:
        return tuple(sorted(set(weeks))) or tuple(current.shift(-WINDOW_WEEKS).until(current.shift(-1)))
    if weeks:
        raise CommandError("--since: expected without weeks")
    if since >= current:
        raise CommandError(f"--since {since}: expected a week before {current}, which is the current one")
    return tuple(since.until(current.shift(-1)))


def to_curate(asked: Iterable[Week], found: Iterable[WeekReport]) -> list[Week]:
    """Return the weeks to ask for, given what a dry run found.

    A week that nobody asked for is found where it compares itself with one that was; that one brings it along.
    """
    weeks = {Week.parse(report.week) for report in found if report.outcome in _DONE}
    return sorted(weeks.intersection(asked) | {week.shift(-1) for week in weeks.difference(asked)})


def merged(reports: Iterable[WeekReport]) -> list[WeekReport]:
    """Return one report a week, the oldest first; what was done to it counts, not that it needed no more later."""
    by_week: dict[str, WeekReport] = {}
    for report in reports:
        if report.outcome in _DONE or report.week not in by_week:
            by_week[report.week] = report
    return [by_week[week] for week in sorted(by_week)]


@dataclass
class Done:
    """What became of weeks as it comes about: reports of them, and each failure in one line."""

    reports: list[WeekReport] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def look(engine: Engine, weeks: Sequence[Week], *, force: bool) -> Done:
    """Return what is to be done, whatever one of the weeks fails with."""
    # As many at a time as the schedule looks at, for which an invocation has the time.
    batches = [weeks[start : start + WINDOW_WEEKS] for start in range(0, len(weeks), WINDOW_WEEKS)]
    found = Done()
    for batch in tracked(batches, description="look", total=len(batches)):
        _ask(engine, CurationRequest(weeks=[*map(str, batch)], force=force, dry_run=True), found)
    return found


def _ask(engine: Engine, request: CurationRequest, done: Done) -> None:
    """Add what became of the request's weeks."""

    def refused(why: str) -> list[WeekReport]:
        done.failures.append(_about(request, why))
        return []

    try:
        done.reports += attempt(lambda: engine.ask(request), refused)
    except CurationFailedError as error:
        done.reports += error.reports
        done.failures.append(_about(request, str(error)))


def curate(
    make_engine: Callable[..., Engine],
    asked: Sequence[Week],
    done: Done,
    *,
    sizes: Mapping[str, int],
    force: bool,
    how_to_go_on: Callable[[Sequence[Week]], str],
) -> None:
    """Curate week by week, whatever one of them fails with, and add what became of each to what is done.

    Where every other week would fail as well, raise `UnusableError` that says how to go on with those that are left.
    """
    with progress(in_bytes=True) as display:
        task = display.add_task("curate", total=sum(sizes.get(str(week), 0) for week in asked))
        engine = make_engine(follow=lambda read: display.advance(task, read))
        for at, week in enumerate(asked):
            with resumable(partial(how_to_go_on, asked[at:])):
                _ask(engine, CurationRequest(weeks=[str(week)], force=force), done)
            display.update(task, completed=sum(sizes.get(str(week), 0) for week in asked[: at + 1]))


def _how_to_go_on(arguments: argparse.Namespace, left: Sequence[Week]) -> str:
    options = [name for name in ("force", "local_engine") if getattr(arguments, name)]
    words = ["ops curate", *map(str, left), *(f"--{name.replace('_', '-')}" for name in options)]
    return f"go on with `{' '.join(words)}`"


def _about(request: CurationRequest, why: str) -> str:
    """Return the failure with its weeks, which Lambda's own, such as the end of its time, do not name."""
    return why if _WEEK.search(why) else f"{', '.join(request.weeks or [])}: {why}"


def show(reports: Sequence[WeekReport], *, title: str) -> None:
    """Print the result for people."""
    show_table(
        title,
        ("week", "outcome", *(name.replace("_", " ") for name in _COUNTS), "MB in", "MB out", "seconds"),
        [
            (
                report.week,
                report.outcome,
                *(getattr(report, name) for name in _COUNTS),
                report.bytes_in / _MEGABYTE,
                report.bytes_out / _MEGABYTE,
                report.seconds,
            )
            for report in reports
        ],
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "weeks",
        nargs="*",
        type=accepting(Week.parse),
        metavar="WEEK",
        help=f"such as 2025-W45 (default: of the last {WINDOW_WEEKS} whole weeks those that changed)",
    )
    parser.add_argument(
        "--since", type=accepting(Week.parse), metavar="WEEK", help="every whole week from this one on"
    )
    parser.add_argument("--force", action="store_true", help="curate weeks that have not changed, too")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
    parser.add_argument(
        "--local-engine",
        action="store_true",
        help="curate on this machine, parts side by side",
    )


def _run(context: Context, arguments: argparse.Namespace) -> int:
    today = datetime.now(UTC).date()
    weeks = asked_weeks(arguments.weeks, arguments.since, current=Week.of(today))
    make_engine = partial(_engine, context, local=arguments.local_engine, today=today)
    found = look(make_engine(), weeks, force=arguments.force)
    asked = () if arguments.dry_run else to_curate(weeks, found.reports)
    # What was found of the others is reported as it was found.
    done = Done([report for report in found.reports if Week.parse(report.week) not in asked], found.failures)
    try:
        curate(
            make_engine,
            asked,
            done,
            sizes={report.week: report.bytes_in for report in found.reports},
            force=arguments.force,
            how_to_go_on=partial(_how_to_go_on, arguments),
        )
    finally:
        _tell(context, done, title="What would be done" if arguments.dry_run else "Curated weeks")
    return DIFFERENCE if done.failures else OK


def _engine(
    context: Context, *, local: bool, today: date, follow: Callable[[int], object] = lambda _: None
) -> Engine:
    aws, deployment = context.aws, context.deployment
    if not local:
        return DeployedEngine(
            client=aws.lambda_(),
            function=deployment.function(Function.CURATE_WEEK),
            machines=aws.step_functions(),
            follow=follow,
            sleep=time.sleep,
        )
    # pyarrow would slow down the start of every command.
    from ops.curation.in_process import InProcessEngine  # noqa: PLC0415
    from ops.curation.processes import PartsSideBySide  # noqa: PLC0415

    return InProcessEngine(
        s3=aws.s3(),
        objects=aws.objects(deployment.bucket),
        bucket=deployment.bucket,
        today=today,
        follow=follow,
        side_by_side=PartsSideBySide(aws.access, deployment.bucket, follow),
    )


def _tell(context: Context, done: Done, *, title: str) -> None:
    reports = merged(done.reports)
    if context.json:
        show_json({"weeks": msgspec.to_builtins(reports), "failures": done.failures})
    else:
        show(reports, title=title)
    for failure in done.failures:
        show_message(f"ops curate: {failure}")


COMMAND = Command(
    name="curate",
    help="make the raw objects of weeks into Parquet, where they changed",
    add_arguments=_add_arguments,
    run=_run,
)
