"""`ops query`: a saved query or SQL, on Athena, on DuckDB over the same catalog, or on a Trino."""

import argparse
import math
from collections.abc import Mapping
from dataclasses import replace

from ops.command import Command, Context
from ops.failures import OK, CommandError
from ops.query.asking import add_query_arguments, ask, is_free, spent
from ops.query.result import Answer, Value, java_double
from ops.query.rfc4180 import csv_bytes
from ops.screen import show_data, show_json, show_message, show_table


def printable(value: Value) -> Value:
    """Return the value, infinities and NaN as Athena's texts, since JSON has no such numbers."""
    return java_double(value) if isinstance(value, float) and not math.isfinite(value) else value


def as_json(answer: Answer, *, free: bool) -> Mapping[str, object]:
    """Return the result for machines."""
    cost = {} if free else {"dollars": answer.dollars}
    return {
        "columns": answer.columns,
        "rows": answer.rows,
        "bytes_read" if free else "bytes_scanned": answer.bytes_read,
        "seconds": round(answer.seconds, 3),
        **cost,
    }


def show_rows(answer: Answer) -> None:
    """Print the rows for people."""
    show_table(
        f"{len(answer.rows):,} rows",
        answer.columns,
        [[_shown(cell) for cell in row] for row in answer.rows],
    )


def _shown(value: Value) -> str | float | None:
    return str(value).lower() if isinstance(value, bool) else value


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_query_arguments(parser)
    parser.add_argument("--csv", action="store_true", help="print the rows as CSV")


def _run(context: Context, arguments: argparse.Namespace) -> int:
    if context.json and arguments.csv:
        raise CommandError("--csv: expected without --json")
    if arguments.raw and not arguments.csv:
        raise CommandError("--raw: expected with --csv")
    _show(ask(context, arguments), context, arguments)
    return OK


def _show(answer: Answer, context: Context, arguments: argparse.Namespace) -> None:
    shown = replace(answer, rows=[tuple(map(printable, row)) for row in answer.rows])
    if context.json:
        show_json(as_json(shown, free=is_free(arguments)))
    elif arguments.csv:
        show_data(csv_bytes(answer, raw=arguments.raw))
    else:
        show_rows(shown)
    for line in (*answer.notes, spent(answer, free=is_free(arguments))):
        show_message(line)


COMMAND = Command(
    name="query",
    help="answer a saved query or SQL on Athena, with --local on DuckDB, or with --trino on a Trino",
    add_arguments=_add_arguments,
    run=_run,
)
