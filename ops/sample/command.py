"""`ops sample`: deterministic benchmark data, to a folder or to the deployed bucket."""

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from ops.command import Command, Context, accepting
from ops.failures import OK, CommandError
from ops.sample import SampleObject, SampleOptions, generate
from ops.sample.delivery import to_bucket, to_folder
from ops.sample.options import SampleOptionsError
from ops.screen import show_json, show_table, tracked
from schemas.keys.grammar import PARTS, Phase
from schemas.keys.weeks import Week, WeekError
from schemas.registry.models_file import RegistryError, load_models
from schemas.run_index import RunStatus

# Fixed, because the same options must give the same bytes whatever the day.
DEFAULT_WEEK: Final = Week(2025, 45)
_MOST_WEEKS: Final = 520

# Longer numbers are beyond every limit, and Python refuses to read the longest.
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_RANGE: Final = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")


def _weeks(text: str) -> int | tuple[Week, ...]:
    if not _NUMBER.fullmatch(text):
        return tuple(map(Week.parse, text.split(",")))
    if not 1 <= int(text) <= _MOST_WEEKS:
        raise ValueError(f"{text}: expected a number of weeks from 1 to {_MOST_WEEKS}, or weeks such as 2025-W45")
    return int(text)


def _models(text: str) -> tuple[str, ...]:
    models = tuple(text.split(","))
    for model in models:
        try:
            PARTS["model"](model)
        except ValueError as error:
            raise ValueError(f"{model!r}: {error}") from None
    return models


def _phases(text: str) -> tuple[Phase, ...]:
    try:
        return tuple(map(Phase, text.split(",")))
    except ValueError:
        raise ValueError(f"{text!r}: expected some of {','.join(Phase)}") from None


def _turns(text: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r}: expected LEAST-MOST or one number, such as 10-40")
    return int(match[1]), int(match[2] or match[1])


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r}: expected a whole number, 0 or more")
    return int(text)


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r}: expected a share from 0 to 1") from None


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", type=Path, metavar="FOLDER", help="write files below this folder")
    where.add_argument("--bucket", action="store_true", help="put objects into the deployed bucket")
    parser.add_argument(
        "--weeks",
        type=accepting(_weeks),
        default=(DEFAULT_WEEK,),
        metavar="WEEKS",
        help=f"2025-W45[,…], or how many weeks up to --until (default: {DEFAULT_WEEK})",
    )
    parser.add_argument(
        "--until", type=accepting(Week.parse), metavar="WEEK", help=f"the last week (default: {DEFAULT_WEEK})"
    )
    parser.add_argument(
        "--runs", type=accepting(_number), default=2, metavar="N", help="runs a week, model and phase (default: 2)"
    )
    parser.add_argument(
        "--models", type=accepting(_models), metavar="IDS", help="model ids (default: the registry's; any id will do)"
    )
    parser.add_argument(
        "--phases", type=accepting(_phases), default=tuple(Phase), metavar="PHASES", help="some of P0,P1,P2,P3"
    )
    parser.add_argument(
        "--turns", type=accepting(_turns), default=(10, 40), metavar="N-M", help="turns a run (default: 10-40)"
    )
    parser.add_argument(
        "--bad-lines", type=accepting(_share), default=0.0, metavar="SHARE", help="share of lines damaged on purpose"
    )
    parser.add_argument(
        "--bad-keys", type=accepting(_share), default=0.0, metavar="SHARE", help="share of objects with a bad key"
    )
    parser.add_argument("--seed", type=accepting(_number), default=0, metavar="N", help="another sample (default: 0)")


def _weeks_up_to(last: Week, count: int) -> tuple[Week, ...]:
    try:
        return tuple(last.shift(1 - count).until(last))
    except WeekError as error:
        raise CommandError(f"--weeks {count} --until {last}: {error}") from None


def _options(arguments: argparse.Namespace, models: Iterable[str]) -> SampleOptions:
    weeks, until = arguments.weeks, arguments.until
    if isinstance(weeks, int):
        weeks = _weeks_up_to(until or DEFAULT_WEEK, weeks)
    elif until:
        raise CommandError("--until: expected only with a number of --weeks")
    try:
        return SampleOptions(
            weeks=weeks,
            models=arguments.models or tuple(models),
            phases=arguments.phases,
            runs=arguments.runs,
            turns=arguments.turns,
            bad_lines=arguments.bad_lines,
            bad_keys=arguments.bad_keys,
            seed=arguments.seed,
        )
    except SampleOptionsError as error:
        raise CommandError(str(error)) from None


def _deliver(
    context: Context, arguments: argparse.Namespace, objects: Iterator[SampleObject]
) -> Iterator[SampleObject]:
    if arguments.bucket:
        return to_bucket(objects, s3=context.aws.s3(), bucket=context.deployment.bucket)
    return to_folder(objects, arguments.to)


def _result(delivered: Iterable[SampleObject]) -> Mapping[str, int]:
    statuses: Counter[RunStatus] = Counter()
    counts = dict.fromkeys(("objects", "bytes", "turns", "invalid_lines"), 0)
    for sample in delivered:
        counts["objects"] += 1
        counts["bytes"] += len(sample.body)
        counts["turns"] += sample.expected_turns
        counts["invalid_lines"] += sample.expected_invalid_lines
        if sample.expected_status:
            statuses[sample.expected_status] += 1
    return {**counts, "runs": statuses.total(), **{str(status): statuses[status] for status in RunStatus}}


def _run(context: Context, arguments: argparse.Namespace) -> int:
    try:
        registry = load_models()
    except RegistryError as error:
        raise CommandError(str(error)) from None
    options = _options(arguments, registry)
    delivered = _deliver(context, arguments, generate(options, prices=registry))
    # A run has its raw object and its summary.
    result = _result(tracked(delivered, description="sample", total=2 * options.runs_count))
    if context.json:
        show_json(result)
    else:
        show_table("Sample", tuple(result), [tuple(result.values())])
    return OK


COMMAND = Command(
    name="sample",
    help="make benchmark data: the same options give the same bytes",
    add_arguments=_add_arguments,
    run=_run,
)
