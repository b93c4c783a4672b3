"""The command line of `ops`: one subcommand for each entry of `COMMANDS`."""

import argparse
import io
import sys
import traceback
from collections.abc import Sequence
from typing import Final

from ops.adopt import command as adopt
from ops.aws import Aws
from ops.command import Command, Context, LineParser, accepting
from ops.curation import command as curate
from ops.dead_letters import command as redrive
from ops.deployment import Deployment
from ops.drift import command as drift
from ops.erase import command as erase
from ops.export import command as export
from ops.failures import BROKEN_PIPE, DEFECT, FAILURE, INTERRUPTED, CommandError, one_line
from ops.index.reconcile import command as reconcile
from ops.index.reindex import command as reindex
from ops.logs import command as logs
from ops.query import command as query
from ops.registry.publish import command as publish
from ops.registry.restore import command as restore
from ops.registry.undelete import command as undelete
from ops.registry.verify import command as verify
from ops.report import command as report
from ops.sample import command as sample
from ops.screen import flushed, show_error, show_message
from ops.teardown import command as teardown
from schemas.names import PRIMARY_REGION, REPLICA_REGION, Names

COMMANDS: Final[Sequence[Command]] = (
    sample.COMMAND,
    publish.COMMAND,
    verify.COMMAND,
    restore.COMMAND,
    undelete.COMMAND,
    erase.COMMAND,
    query.COMMAND,
    export.COMMAND,
    report.COMMAND,
    curate.COMMAND,
    reindex.COMMAND,
    reconcile.COMMAND,
    redrive.COMMAND,
    logs.COMMAND,
    drift.COMMAND,
    adopt.COMMAND,
    teardown.COMMAND,
)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; what they share may stand before or after the command."""
    parser = LineParser(prog="ops", description="Operate the socratic-bench data lake.", allow_abbrev=False)
    parser.set_defaults(names=Names(), json=False, recovery=False, command=None)
    _add_shared(parser)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        subparser = subparsers.add_parser(
            command.name, help=command.help, description=command.help, allow_abbrev=False
        )
        _add_shared(subparser)
        command.add_arguments(subparser)
        subparser.set_defaults(command=command, parser=subparser)
    return parser


def _add_shared(parser: argparse.ArgumentParser) -> None:
    # A default here would overwrite, in the subparser, what stood before the command.
    parser.add_argument(
        "--stage",
        dest="names",
        type=accepting(Names),
        default=argparse.SUPPRESS,
        metavar="STAGE",
        help="which copy of the lake in the account (default: the one without a suffix)",
    )
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print the result as one line of JSON"
    )
    parser.add_argument(
        "--recovery",
        action="store_true",
        default=argparse.SUPPRESS,
        help=f"work on the lake that was recovered in {REPLICA_REGION}",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    What the caller or the environment does wrong is one line on standard error, whatever its class; a defect of ours
    is a traceback, and an exit code that is none of a command's.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    parser = build_parser()
    name = parser.prog
    try:
        with one_line(), flushed():
            arguments = parser.parse_args(_readable(sys.argv[1:] if argv is None else argv))
            if arguments.command is None:
                parser.error(f"expected a command: {', '.join(command.name for command in COMMANDS)}")
            name = arguments.parser.prog
            return _run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return BROKEN_PIPE
    except CommandError as error:
        show_message(f"{name}: {error}")
        return FAILURE
    except Exception as error:  # noqa: BLE001 - the boundary of every command
        show_error("".join(traceback.format_exception(error)))
        return DEFECT


def _readable(arguments: Sequence[str]) -> Sequence[str]:
    """Return the arguments; raise `CommandError` where one is not text, which nothing in AWS has as its name."""
    for argument in arguments:
        if any("\ud800" <= char <= "\udfff" for char in argument):
            raise CommandError(f"argument {argument!r}: expected UTF-8, and a locale that has it")
    return arguments


def _run(arguments: argparse.Namespace) -> int:
    command: Command = arguments.command
    aws = Aws(home=REPLICA_REGION if arguments.recovery else PRIMARY_REGION)
    deployment = Deployment(names=arguments.names, cloudformation=aws.cloudformation, recovered=arguments.recovery)
    return command.run(Context(aws=aws, deployment=deployment, json=arguments.json), arguments)
