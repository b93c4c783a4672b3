"""`ops report`: a week as a page with charts, in a file or in the lake."""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ops.command import Command, Context, accepting
from ops.curation.curated import published_weeks
from ops.failures import OK, CommandError
from ops.screen import show_json, show_table, tracked
from schemas.keys.layout import ReportKey
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from schemas.registry.phases import load_planned_turns

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# How many weeks before it a report looks back on.
_WEEKS_BEFORE: Final = 11
_KILOBYTE: Final = 10**3
_HTML: Final = "text/html; charset=utf-8"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    week = accepting(Week.parse)
    parser.add_argument(
        "weeks", nargs="*", type=week, metavar="WEEK", help="a page of each (default: of the newest complete one)"
    )
    parser.add_argument(
        "--since", type=week, metavar="WEEK", help=f"first week to look back on (default: {_WEEKS_BEFORE} before)"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--to", type=Path, metavar="FILE", help="default: report-WEEK.html in this folder")
    where.add_argument("--publish", action="store_true", help=f"write {ReportKey.TEMPLATE} in the lake")


def newest_complete(published: Sequence[Week], is_complete: Callable[[Week], bool]) -> Week:
    """Return the newest week that is published as a whole; raise `CommandError` where there is none."""
    for week in sorted(published, reverse=True):
        if is_complete(week):
            return week
    raise CommandError("no week is curated: run `ops curate`")


def weeks_of_report(published: Sequence[Week], last: Week, since: Week | None) -> list[Week]:
    """Return the weeks of a report, the one that it is about last; raise `CommandError` where it is not curated."""
    if last not in published:
        raise CommandError(f"week {last} is not curated: run `ops curate {last}`")
    first = since or last.shift(-_WEEKS_BEFORE)
    if first > last:
        raise CommandError(f"--since {first}: expected {last} or an earlier week")
    return [found for found in sorted(published) if first <= found <= last]


def _run(context: Context, arguments: argparse.Namespace) -> int:
    # pyarrow, Jinja and the charts would slow down the start of every command.
    from lambdas.curate_week.store import WeekStore  # noqa: PLC0415
    from ops.report.page import page  # noqa: PLC0415
    from ops.report.reading import is_complete, read_week  # noqa: PLC0415

    s3, bucket = context.aws.s3(), context.deployment.bucket
    store, published = WeekStore(s3, bucket), [*published_weeks(s3, bucket)]
    asked = sorted({*arguments.weeks}) or [newest_complete(published, partial(is_complete, store))]
    if arguments.to and len(asked) > 1:
        raise CommandError(f"--to {arguments.to}: expected one week, since each has a page of its own")
    plans = {week: weeks_of_report(published, week, arguments.since) for week in asked}
    needed = sorted({week for weeks in plans.values() for week in weeks})
    read = {
        week: read_week(store, week, late=week in plans)
        for week in tracked(needed, description="reading weeks", total=len(needed))
    }
    pages = {
        week: page([read[it] for it in weeks], models=load_models(), turns=load_planned_turns()).encode()
        for week, weeks in plans.items()
    }
    places = {week: _write(s3, bucket, week, content, arguments) for week, content in pages.items()}
    rows = [(str(week), len(plans[week]), places[week], len(content)) for week, content in pages.items()]
    if context.json:
        show_json({"reports": [dict(zip(("week", "weeks", "report", "bytes"), row, strict=True)) for row in rows]})
    else:
        show_table("Report", ("week", "weeks", "page", "kB"), [(*row[:3], row[3] / _KILOBYTE) for row in rows])
    return OK


def _write(s3: "S3Client", bucket: str, week: Week, content: bytes, arguments: argparse.Namespace) -> str:
    """Write a page and return where it is."""
    if arguments.publish:
        key = str(ReportKey(week))
        s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=_HTML)
        return f"s3://{bucket}/{key}"
    file: Path = arguments.to or Path(f"report-{week}.html")
    file.write_bytes(content)
    return str(file)


COMMAND = Command(
    name="report",
    help="make pages with charts of curated weeks, each against those before it",
    add_arguments=_add_arguments,
    run=_run,
)
