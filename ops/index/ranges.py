"""The options that choose raw objects by day, week or prefix."""

import argparse
from datetime import date
from typing import Final

from ops.command import accepting
from ops.failures import CommandError
from schemas.keys.raw_range import RawRange, RawRangeError
from schemas.keys.weeks import DATE_EXPECTED, WEEK_EXPECTED, Week, WeekError, parse_date

_DAY: Final = "DAY|WEEK"


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
