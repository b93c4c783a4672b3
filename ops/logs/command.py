"""`ops logs FUNCTION`: what a function logged lately."""

import argparse
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from ops.command import Command, Context, accepting
from ops.failures import OK, CommandError
from ops.logs.reading import LogLine, read_line
from ops.screen import show_json, show_line, show_message, tracked
from schemas.names import Function
from schemas.retention import LOGS_DAYS

_FUNCTIONS: Final = {str(function): function for function in Function}
_MOST_HOURS: Final = 24 * LOGS_DAYS


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = math.nan
    if not 0 < hours <= _MOST_HOURS:
        raise ValueError(f"{text!r}: expected hours, up to {_MOST_HOURS}")
    return hours


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("function", choices=_FUNCTIONS, metavar="FUNCTION", help=f"one of {', '.join(Function)}")
    parser.add_argument(
        "--hours", type=accepting(_hours), default=24, metavar="N", help="how far to look back (default: 24)"
    )
    parser.add_argument("--errors", action="store_true", help="warnings and errors alone")
    parser.add_argument("--match", default="", metavar="TEXT", help="lines that contain this text alone")


def _lines(context: Context, function: str, *, since: datetime) -> Iterator[LogLine]:
    name = context.deployment.function(_FUNCTIONS[function])
    group = (
        context.aws.lambda_().get_function_configuration(FunctionName=name).get("LoggingConfig", {}).get("LogGroup")
    )
    if group is None:
        raise CommandError(f"function {name} has no log group")
    pages = context.aws.logs().get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=group, startTime=int(since.timestamp() * 1000)):
        for event in page["events"]:
            if line := read_line(event["timestamp"], event["message"]):
                yield line


def _run(context: Context, arguments: argparse.Namespace) -> int:
    since = datetime.now(UTC) - timedelta(hours=arguments.hours)
    lines = (
        line
        for line in tracked(_lines(context, arguments.function, since=since), description="lines")
        if arguments.match in line.text and (line.is_problem or not arguments.errors)
    )
    if context.json:
        show_json({"lines": [{"at": str(line.at), "level": line.level, "text": line.text} for line in lines]})
        return OK
    shown = 0
    for shown, line in enumerate(lines, start=1):  # noqa: B007 - the last number is the count
        show_line(f"{line.at:%Y-%m-%d %H:%M:%SZ} {line.level:7} {line.text}")
    show_message(f"lines of the last {arguments.hours:g} h: {shown:,}")
    return OK


COMMAND = Command(
    name="logs",
    help="show what a function logged lately",
    add_arguments=_add_arguments,
    run=_run,
)
