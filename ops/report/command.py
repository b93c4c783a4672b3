"""`ops report`: a week as a page with charts, in a file or in the lake."""

import argparse
from pathlib import Path
from typing import Final

from ops.command import Command, Context, accepting
from ops.curation.curated import published_weeks
from ops.failures import OK, CommandError
from ops.screen import show_json, show_table, tracked
from schemas.keys.layout import ReportKey
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from schemas.registry.phases import load_planned_turns

# How many weeks before it a report looks back on.
_WEEKS_BEFORE: Final = 11
_KILOBYTE: Final = 10**3
_HTML: Final = "text/html; charset=utf-8"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    week = accepting(Week.parse)
    parser.add_argument("week", nargs="?", type=week, metavar="WEEK", help="default: the newest curated one")
    parser.add_argument(
        "--since", type=week, metavar="WEEK", help=f"first week to look back on (default: {_WEEKS_BEFORE} before)"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--to", type=Path, metavar="FILE", help="default: report-WEEK.html in this folder")
    where.add_argument("--publish", action="store_true", help=f"write {ReportKey.TEMPLATE} in the lake")


def chosen_weeks(published: list[Week], week: Week | None, since: Week | None) -> list[Week]:
    """Return the weeks of a report, the one that it is about last; raise `CommandError` where there is none."""
    last = week or max(published, default=None)
    if last is None:
        raise CommandError("no week is curated: run `ops curate`")
    if last not in published:
        raise CommandError(f"week {last} is not curated: run `ops curate {last}`")
    first = since or last.shift(-_WEEKS_BEFORE)
    if first > last:
        raise CommandError(f"--since {first}: expected {last} or an earlier week")
    return [found for found in published if first <= found <= last]


def _run(context: Context, arguments: argparse.Namespace) -> int:
    # pyarrow, Jinja and the charts would slow down the start of every command.
    from lambdas.curate_week.store import WeekStore  # noqa: PLC0415
    from ops.report.page import page  # noqa: PLC0415
    from ops.report.reading import read_week  # noqa: PLC0415

    s3, bucket = context.aws.s3(), context.deployment.bucket
    weeks = chosen_weeks([*published_weeks(s3, bucket)], arguments.week, arguments.since)
    store = WeekStore(s3, bucket)
    read = [read_week(store, week) for week in tracked(weeks, description="reading weeks", total=len(weeks))]
    text = page(read, models=load_models(), turns=load_planned_turns())
    content = text.encode()
    if arguments.publish:
        key = str(ReportKey(weeks[-1]))
        s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=_HTML)
        place = f"s3://{bucket}/{key}"
    else:
        file = arguments.to or Path(f"report-{weeks[-1]}.html")
        file.write_bytes(content)
        place = str(file)
    if context.json:
        show_json({"week": str(weeks[-1]), "weeks": len(weeks), "report": place, "bytes": len(content)})
    else:
        row = (str(weeks[-1]), len(weeks), place, len(content) / _KILOBYTE)
        show_table("Report", ("week", "weeks", "page", "kB"), [row])
    return OK


COMMAND = Command(
    name="report",
    help="make a page with charts of a curated week, against those before it",
    add_arguments=_add_arguments,
    run=_run,
)
