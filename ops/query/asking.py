"""Asking a query: the options that say what and where, and the answer of the engine that they choose."""

import argparse
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from ops.command import Context
from ops.failures import CommandError
from ops.query.athena import AthenaEngine
from ops.query.result import Answer
from ops.screen import show_message, status, tracked
from schemas.catalog.queries import queries
from schemas.names import Output
from schemas.registry.models_file import load_models

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
_LITERAL: Final = re.compile(
    r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|((date|timestamp)\s*)?'([^']|'')*'|true|false|null", re.IGNORECASE
)
_MEGABYTE: Final = 10**6
_DUCKDB: Final = "This is DuckDB's SQL over the lake's tables; Athena may answer otherwise (--trino asks its engine)."


def literal(text: str) -> str:
    """Return a parameter as Athena takes it: SQL literals as they are, anything else as text."""
    if _LITERAL.fullmatch(text):
        return text
    quoted = text.replace("'", "''")
    return f"'{quoted}'"


def find_saved(name: str) -> str:
    """Return the SQL of a saved query; raise `CommandError` that lists the names there are."""
    saved = {query.name: query.sql for query in queries(load_models())}
    try:
        return saved[name]
    except KeyError:
        raise CommandError(f"no saved query {name}: expected SQL or one of {', '.join(sorted(saved))}") from None


def is_free(arguments: argparse.Namespace) -> bool:
    """Return whether nobody charges for the bytes that the answer reads."""
    return bool(arguments.local or arguments.trino)


def spent(answer: Answer, *, free: bool) -> str:
    """Return what the answer took, in one line."""
    size, time = f"{answer.bytes_read / _MEGABYTE:,.1f} MB", f"{answer.seconds:.2f} s"
    return f"{size} read in {time}" if free else f"{size} scanned in {time}, ${answer.dollars:.6f}"


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
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--local",
        action="store_true",
        help="answer on DuckDB here, over the deployed catalog: saved queries as on Athena, SQL in DuckDB's dialect",
    )
    place.add_argument(
        "--trino", metavar="URL", help="answer on a Trino over the catalog, such as `make trino` starts"
    )
    parser.add_argument(
        "--raw",
        action="store_true",
        help="leave CSV text that a spreadsheet would run as a formula; without it, a ' stands before such text",
    )


def ask(context: Context, arguments: argparse.Namespace) -> Answer:
    """Return the answer to what `add_query_arguments` took; raise `CommandError` where there is no such query."""
    saved = _NAME.fullmatch(arguments.query)
    sql = find_saved(arguments.query) if saved else arguments.query
    parameters = [*map(literal, arguments.param)]
    if arguments.trino:
        # Each engine's libraries would slow down the start of every command.
        from ops.query.trino import TrinoEngine  # noqa: PLC0415

        return TrinoEngine(url=arguments.trino, database=arguments.names.database).answer(sql, parameters)
    if not arguments.local:
        return _ask_athena(context, sql, parameters)
    from ops.query.local import LocalEngine  # noqa: PLC0415

    engine = LocalEngine(
        glue=context.aws.glue(),
        s3=context.aws.s3(),
        database=context.deployment.output(Output.DATABASE),
        clock=lambda: datetime.now(UTC),
        follow=partial(tracked, description="objects"),
    )
    if saved:
        return engine.answer_athena(sql, parameters)
    show_message(_DUCKDB)
    return engine.answer(sql, parameters)


def _ask_athena(context: Context, sql: str, parameters: Sequence[str]) -> Answer:
    with status("asking Athena") as update:
        athena = AthenaEngine(
            athena=context.aws.athena(),
            database=context.deployment.output(Output.DATABASE),
            workgroup=context.deployment.output(Output.WORKGROUP),
            follow=lambda state, size: update(f"{state.lower()}, {size / _MEGABYTE:,.1f} MB scanned"),
        )
        return athena.answer(sql, parameters)
