"""`ops undelete`: bring back an earlier version of an object, or list the versions there are."""

import argparse
from dataclasses import asdict

from ops.command import Command, Context
from ops.failures import DIFFERENCE, OK
from ops.registry.publish.model_changes import model_changes, show_changes
from ops.registry.publish.publishing import Publisher, RefusedError
from ops.registry.store import stores
from ops.registry.undelete.undeletion import undelete, versions
from ops.screen import show_json, show_message, show_table
from ops.versions import Version
from schemas.keys.layout import MODELS_KEY


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help="the object, such as config/models.json")
    parser.add_argument("--version", metavar="ID", help="the version to bring back (default: list them)")
    parser.add_argument("--overwrite", action="store_true", help="replace the version that is current")


def _run(context: Context, arguments: argparse.Namespace) -> int:
    primary, replica = stores(context)
    if arguments.version is None:
        return _list(context, arguments.key, versions(primary, arguments.key))

    def may_replace(key: str, before: bytes, after: bytes) -> bool:
        if key == MODELS_KEY and not context.json:
            show_changes(model_changes(before, after))
        return bool(arguments.overwrite)

    publisher = Publisher(primary=primary, replica=replica, may_replace=may_replace)
    try:
        written = undelete(arguments.key, arguments.version, publisher=publisher, overwrite=arguments.overwrite)
    except RefusedError as error:
        show_message(f"ops undelete: {error}")
        return DIFFERENCE
    result = {"key": arguments.key, "version": arguments.version, "written": written}
    if context.json:
        show_json(result)
    else:
        row = (arguments.key, arguments.version, "brought back" if written else "is current already")
        show_table("Version", ("object", "version", "state"), [row])
    return OK


def _list(context: Context, key: str, found: list[Version]) -> int:
    if context.json:
        show_json({"key": key, "versions": [asdict(it) | {"written": it.written.isoformat()} for it in found]})
    else:
        show_table(
            f"Versions of {key}",
            ("version", "written", "bytes", "current"),
            [
                (
                    it.version_id,
                    f"{it.written:%Y-%m-%d %H:%M:%S}",
                    "deleted" if it.size is None else f"{it.size:,}",
                    "yes" if it.current else "",
                )
                for it in found
            ],
        )
    return OK if found else DIFFERENCE


COMMAND = Command(
    name="undelete",
    help="bring back an earlier version of an object; without --version, list what there is",
    add_arguments=_add_arguments,
    run=_run,
)
