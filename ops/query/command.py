"""`ops query`: a saved query or SQL, on Athena, or with `--local` on DuckDB over the same catalog."""

import argparse
import csv
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final, TextIO

from rich.console import Console

from ops.command import Command, Context
from ops.failures import OK, CommandError
from ops.query.athena import AthenaEngine
from ops.query.result import Answer, Value, java_double
from ops.screen import show_json, show_table, tracked
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


def printable(value: Value) -> Value:
    """Return the value, infinities and NaN as Athena's texts, since JSON has no such numbers."""
    return java_double(value) if isinstance(value, float) and not math.isfinite(value) else value


def as_json(answer: Answer, *, local: bool) -> Mapping[str, object]:
    """Return the result for machines."""
    cost = {} if local else {"dollars": answer.dollars}
    return {
        "columns": answer.columns,
        "rows": answer.rows,
        "bytes_read" if local else "bytes_scanned": answer.bytes_read,
        "seconds": round(answer.seconds, 3),
        **cost,
    }


def write_csv(answer: Answer, output: TextIO) -> None:
    """Write the columns and rows as CSV; NULL is empty."""
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([str(cell).lower() if isinstance(cell, bool) else cell for cell in row] for row in answer.rows)


def show_rows(answer: Answer) -> None:
    """Print the rows for people."""
    show_table(
        f"{len(answer.rows):,} rows",
        answer.columns,
        [[_shown(cell) for cell in row] for row in answer.rows],
    )


def _shown(value: Value) -> str | float | None:
    return str(value).lower() if isinstance(value, bool) else value


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


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_query_arguments(parser)
    parser.add_argument("--csv", action="store_true", help="print the rows as CSV")


def _run(context: Context, arguments: argparse.Namespace) -> int:
    if context.json and arguments.csv:
        raise CommandError("--csv: expected without --json")
    _show(ask(context, arguments), context, arguments)
    return OK


def ask(context: Context, arguments: argparse.Namespace) -> Answer:
    """Return the answer to what `add_query_arguments` took; raise `CommandError` where there is no such query."""
    aws, deployment = context.aws, context.deployment
    console = Console(stderr=True)
    with console.status("asking Athena", refresh_per_second=4) as status:
        athena = AthenaEngine(
            athena=aws.athena(),
            database=deployment.output(Output.DATABASE),
            workgroup=deployment.output(Output.WORKGROUP),
            follow=lambda state, size: status.update(f"{state.lower()}, {size / _MEGABYTE:,.1f} MB scanned"),
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


def _show(answer: Answer, context: Context, arguments: argparse.Namespace) -> None:
    answer = replace(answer, rows=[tuple(map(printable, row)) for row in answer.rows])
    if context.json:
        show_json(as_json(answer, local=arguments.local))
    elif arguments.csv:
        write_csv(answer, sys.stdout)
    else:
        show_rows(answer)
    for line in (*answer.notes, spent(answer, local=arguments.local)):
        sys.stderr.write(f"{line}\n")


COMMAND = Command(
    name="query",
    help="answer a saved query or SQL, on Athena or with --local on DuckDB over the same catalog",
    add_arguments=_add_arguments,
    run=_run,
)
