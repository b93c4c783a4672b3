"""The options that choose raw objects by day, week or prefix."""

import argparse
import re
from datetime import date
from typing import Final

from ops.command import accepting
from ops.failures import CommandError
from schemas.keys.layout import RAW_PREFIX
from schemas.keys.raw_range import RawRange, RawRangeError
from schemas.keys.weeks import DATE_EXPECTED, WEEK_EXPECTED, Week, WeekError, parse_date

_DAY: Final = "DAY|WEEK"
_DAY_OF_KEY: Final = re.compile(re.escape(RAW_PREFIX) + r"dt=(\d{4}-\d\d-\d\d)/")


def first_day(text: str) -> date:
    """Return a day, or the Monday of a week; raise ValueError otherwise."""
    return _days(text)[0]


def last_day(text: str) -> date:
    """Return a day, or the Sunday of a week; raise ValueError otherwise."""
    return _days(text)[-1]


def _days(text: str) -> tuple[date, ...]:
    try:
        return Week.parse(text).days()
    except WeekError:
        pass
    try:
        return (parse_date(text),)
    except ValueError:
        raise ValueError(f"{text!r}: expected {DATE_EXPECTED}, or {WEEK_EXPECTED}") from None


def add_range_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options; without any of them all raw objects are meant."""
    parser.add_argument(
        "--since", type=accepting(first_day), metavar=_DAY, help="only runs of this day or week and later ones"
    )
    parser.add_argument(
        "--until", type=accepting(last_day), metavar=_DAY, help="only runs of this day or week and earlier ones"
    )
    parser.add_argument(
        "--prefix",
        type=accepting(RawRange.below),
        metavar="PREFIX",
        help="only keys that begin so, such as a whole key",
    )


def chosen_range(arguments: argparse.Namespace) -> RawRange:
    """Return the range of raw keys that the options choose; raise `CommandError` where they contradict."""
    since, until, below = arguments.since, arguments.until, arguments.prefix
    if below and (since or until):
        raise CommandError("--prefix: expected without --since and --until")
    try:
        return below or RawRange.days(since, until)
    except RawRangeError as error:
        raise CommandError(f"--since, --until: {error}") from None


def how_to_go_on(arguments: argparse.Namespace, last: str | None) -> str:
    """Return what to run after work on the chosen range ended early, with `last` the last key that was done."""
    day = _DAY_OF_KEY.match(last or "")
    if not day or arguments.prefix:
        return "run this again"
    until = f" --until {arguments.until}" if arguments.until else ""
    return f"go on with --since {day[1]}{until} in place of the range that was given"
