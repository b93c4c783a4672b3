"""`ops export`: a query's answer as a CSV object of the lake, for those who do not query."""

import argparse
import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from ops.command import Command, Context, accepting
from ops.failures import DIFFERENCE, OK
from ops.query.asking import add_query_arguments, ask, is_free, spent
from ops.query.rfc4180 import csv_bytes
from ops.registry.store import Store
from ops.screen import show_json, show_message, show_table
from schemas.keys.grammar import PARTS
from schemas.keys.layout import ExportKey

_MEGABYTE: Final = 10**6
_DIGITS: Final = 8
_CSV: Final = "text/csv; charset=utf-8"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def default_id(query: str, parameters: Sequence[str]) -> str:
    """Return an id that the same query with the same parameters always has, and another hardly ever."""
    digest = hashlib.sha256(json.dumps([query, *parameters]).encode()).hexdigest()[:_DIGITS]
    return f"{query if _NAME.fullmatch(query) else 'sql'}-{digest}"


def put_once(store: Store, key: str, content: bytes, *, force: bool) -> bool:
    """Write an object where there is none, or with `force` in any case; return whether it holds the content then."""
    if force:
        store.s3.put_object(Bucket=store.bucket, Key=key, Body=content, ContentType=_CSV)
        return True
    if store.put(key, content, over=None, content_type=_CSV):
        return True
    found = store.read(key)
    return found is not None and found.content == content


def _export_id(text: str) -> str:
    try:
        return str(PARTS["export_id"](text))
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from None


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_query_arguments(parser)
    parser.add_argument(
        "--id", type=accepting(_export_id), metavar="ID", help="the export's name (default: from the query)"
    )
    parser.add_argument("--force", action="store_true", help="write over an export of this day and name")


def _run(context: Context, arguments: argparse.Namespace) -> int:
    today = datetime.now(UTC).date()
    key = ExportKey(today, arguments.id or default_id(arguments.query, arguments.param))
    answer = ask(context, arguments)
    content = csv_bytes(answer, raw=arguments.raw)
    bucket = context.deployment.bucket
    store = Store(s3=context.aws.s3(), bucket=bucket, region=context.aws.home)
    if not put_once(store, str(key), content, force=arguments.force):
        show_message(f"ops export: {key} holds another answer: expected another --id, or --force")
        return DIFFERENCE
    result = {"bucket": bucket, "key": str(key), "rows": len(answer.rows), "bytes": len(content)}
    if context.json:
        show_json(result)
    else:
        show_table(
            "Exported",
            ("object", "rows", "MB"),
            [(f"s3://{bucket}/{key}", len(answer.rows), len(content) / _MEGABYTE)],
        )
    for line in (*answer.notes, spent(answer, free=is_free(arguments))):
        show_message(line)
    return OK


COMMAND = Command(
    name="export",
    help="write a query's answer to exports/ as CSV, once: the same answer again is a success, another is refused",
    add_arguments=_add_arguments,
    run=_run,
)
