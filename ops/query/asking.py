"""Asking a query: the options that say what and where, and the answer from Athena or from the engine here."""

import argparse
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final

from ops.command import Context
from ops.failures import CommandError
from ops.query.athena import AthenaEngine
from ops.query.result import Answer
from ops.screen import status, tracked
from schemas.names import Output

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
_LITERAL: Final = re.compile(
    r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|((date|timestamp)\s*)?'([^']|'')*'|true|false|null", re.IGNORECASE
)
_MEGABYTE: Final = 10**6


def literal(text: str) -> str:
    """Return a parameter as Athena takes it: SQL literals as they are, anything else as text."""
    if _LITERAL.fullmatch(text):
        return text
    quoted = text.replace("'", "''")
    return f"'{quoted}'"


def find_sql(given: str, saved: Mapping[str, str]) -> str:
    """Return the SQL of a saved query by its name; raise `CommandError` that lists the names there are."""
    try:
        return saved[given]
    except KeyError:
        known = ", ".join(sorted(saved)) or "none"
        raise CommandError(f"no saved query {given}: expected SQL or one of {known}") from None


def spent(answer: Answer, *, local: bool) -> str:
    """Return what the answer took, in one line."""
    size, time = f"{answer.bytes_read / _MEGABYTE:,.1f} MB", f"{answer.seconds:.2f} s"
    return f"{size} read in {time}" if local else f"{size} scanned in {time}, ${answer.dollars:.6f}"


def add_query_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the query, its parameters and where it is answered."""
    parser.add_argument("query", metavar="NAME|SQL", help="a saved query's name, or SQL")
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="VALUE",
        help="the value of the next ?: a SQL literal such as 8.5 or DATE '2025-11-05', or else text",
    )
    parser.add_argument("--local", action="store_true", help="answer on DuckDB here, over the deployed catalog")
    parser.add_argument(
        "--raw",
        action="store_true",
        help="leave CSV text that a spreadsheet would run as a formula; without it, a ' stands before such text",
    )


def ask(context: Context, arguments: argparse.Namespace) -> Answer:
    """Return the answer to what `add_query_arguments` took; raise `CommandError` where there is no such query."""
    aws, deployment = context.aws, context.deployment
    with status("asking Athena") as update:
        athena = AthenaEngine(
            athena=aws.athena(),
            database=deployment.output(Output.DATABASE),
            workgroup=deployment.output(Output.WORKGROUP),
            follow=lambda state, size: update(f"{state.lower()}, {size / _MEGABYTE:,.1f} MB scanned"),
        )
        named = _NAME.fullmatch(arguments.query)
        sql = find_sql(arguments.query, athena.saved()) if named else arguments.query
        parameters = [*map(literal, arguments.param)]
        answer = None if arguments.local else athena.answer(sql, parameters)
    if answer is not None:
        return answer
    # DuckDB, pyarrow and sqlglot would slow down the start of every command.
    from ops.query.local import LocalEngine  # noqa: PLC0415

    engine = LocalEngine(
        glue=aws.glue(),
        s3=aws.s3(),
        database=deployment.output(Output.DATABASE),
        clock=lambda: datetime.now(UTC),
        follow=partial(tracked, description="objects"),
    )
    return engine.answer(sql, parameters)
