"""`ops curate`: weeks into Parquet, by the deployed function or by its code in this process."""

import argparse
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Final

import msgspec

from ops.command import Command, Context, accepting
from ops.curation import CurationFailedError, Engine
from ops.curation.deployed import DeployedEngine
from ops.failures import DIFFERENCE, OK, CommandError, one_line
from ops.screen import progress, show_json, show_table, tracked
from schemas.curation import WINDOW_WEEKS, CurationRequest, Outcome, WeekReport
from schemas.keys.weeks import Week
from schemas.names import Function

_DONE: Final = frozenset({Outcome.CURATED, Outcome.SUMMARY})
_MEGABYTE: Final = 10**6
_COUNTS: Final = ("objects", "lines", "rows", "rejected", "duplicates", "bad_keys")


def asked_weeks(weeks: Sequence[Week], since: Week | None, *, current: Week) -> tuple[Week, ...]:
    """Return the weeks to look at, the oldest first; raise `CommandError` where there is none."""
    if since is None:
        return tuple(sorted(set(weeks))) or tuple(current.shift(-WINDOW_WEEKS).until(current.shift(-1)))
    if weeks:
        raise CommandError("--since: expected without weeks")
    if since >= current:
        raise CommandError(f"--since {since}: expected a week before {current}, which is the current one")
    return tuple(since.until(current.shift(-1)))


def to_curate(asked: Iterable[Week], found: Iterable[WeekReport]) -> list[Week]:
    """Return the weeks to ask for, given what a dry run found; one that is refused says why when it is asked for.

    A week that nobody asked for is found where it compares itself with one that was; that one brings it along.
    """
    weeks = {Week.parse(report.week) for report in found if report.outcome in {*_DONE, Outcome.REFUSED}}
    return sorted(weeks.intersection(asked) | {week.shift(-1) for week in weeks.difference(asked)})


def merged(reports: Iterable[WeekReport]) -> list[WeekReport]:
    """Return one report a week, the oldest first; what was done to it counts, not that it needed no more later."""
    by_week: dict[str, WeekReport] = {}
    for report in reports:
        if report.outcome in _DONE or report.week not in by_week:
            by_week[report.week] = report
    return [by_week[week] for week in sorted(by_week)]


def look(engine: Engine, weeks: Sequence[Week], *, force: bool) -> list[WeekReport]:
    """Return what is to be done; raise `CommandError` where that cannot be said."""
    # As many at a time as the schedule looks at, for which an invocation has the time.
    batches = [weeks[start : start + WINDOW_WEEKS] for start in range(0, len(weeks), WINDOW_WEEKS)]
    found: list[WeekReport] = []
    for batch in tracked(batches, description="look", total=len(batches)):
        try:
            found += engine.ask(CurationRequest(weeks=[*map(str, batch)], force=force, dry_run=True))
        except CurationFailedError as error:
            raise CommandError(str(error)) from error
    return found


def curate(
    make_engine: Callable[..., Engine], asked: Sequence[Week], found: Sequence[WeekReport], *, force: bool
) -> tuple[list[WeekReport], list[str]]:
    """Curate week by week, whatever one of them fails with; return the reports, and each failure in one line.

    What was found of weeks that are not asked for is reported as it was found. After a refusal of AWS itself, such as
    of credentials that have expired, no further week is asked for.
    """
    reports = [report for report in found if Week.parse(report.week) not in asked]
    sizes = {report.week: report.bytes_in for report in found}
    failures = []
    with progress(in_bytes=True) as display:
        task = display.add_task("curate", total=sum(sizes[str(week)] for week in asked))
        engine = make_engine(follow=lambda read: display.advance(task, read))
        for at, week in enumerate(asked, 1):
            try:
                with one_line():
                    reports += engine.ask(CurationRequest(weeks=[str(week)], force=force))
            except CurationFailedError as error:
                failures.append(_about(week, error))
            except CommandError as error:
                failures.append(_about(week, error))
                break
            display.update(task, completed=sum(sizes[str(week)] for week in asked[:at]))
    return reports, failures


def _about(week: Week, error: Exception) -> str:
    """Return the failure with its week, which Lambda's own, such as the end of its time, do not name."""
    told = str(error)
    return told if str(week) in told else f"{week}: {told}"


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
        "--local-engine", action="store_true", help="curate in this process, without Lambda's limits of time and size"
    )


def _run(context: Context, arguments: argparse.Namespace) -> int:
    today = datetime.now(UTC).date()
    weeks = asked_weeks(arguments.weeks, arguments.since, current=Week.of(today))
    make_engine = partial(_engine, context, local=arguments.local_engine, today=today)
    found = look(make_engine(), weeks, force=arguments.force)
    if arguments.dry_run:
        _tell(context, merged(found), title="What would be done")
        return DIFFERENCE if any(report.outcome is Outcome.REFUSED for report in found) else OK
    asked = to_curate(weeks, found)
    reports, failures = curate(make_engine, asked, found, force=arguments.force)
    _tell(context, merged(reports), title="Curated weeks")
    if failures:
        raise CommandError("; ".join(failures))
    return OK


def _engine(
    context: Context, *, local: bool, today: date, follow: Callable[[int], object] = lambda _: None
) -> Engine:
    aws, deployment = context.aws, context.deployment
    if not local:
        return DeployedEngine(aws.lambda_(), deployment.function(Function.CURATE_WEEK))
    # pyarrow would slow down the start of every command.
    from ops.curation.in_process import InProcessEngine  # noqa: PLC0415

    return InProcessEngine(
        s3=aws.s3(), objects=aws.objects(deployment.bucket), bucket=deployment.bucket, today=today, follow=follow
    )


def _tell(context: Context, reports: Sequence[WeekReport], *, title: str) -> None:
    if context.json:
        show_json({"weeks": msgspec.to_builtins(reports)})
    else:
        show(reports, title=title)


COMMAND = Command(
    name="curate",
    help="make the raw objects of weeks into Parquet, where they changed",
    add_arguments=_add_arguments,
    run=_run,
)
