"""`ops restore`: put back into the primary bucket what the replica has and it has lost."""

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence

from ops.command import Command, Context
from ops.failures import DIFFERENCE, OK
from ops.registry.publish.command import stores
from ops.registry.restore.restoring import Restored, State, restore
from ops.screen import show_json, show_table, tracked
from schemas.keys.layout import RAW_PREFIX, REPLICATED_PREFIXES, SCORES_PREFIX


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--raw",
        action="store_true",
        help=f"also {RAW_PREFIX} and {SCORES_PREFIX}, of which the replica may have some",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what is missing; exit 1 if anything is")


def _run(context: Context, arguments: argparse.Namespace) -> int:
    primary, replica = stores(context)
    prefixes = (*REPLICATED_PREFIXES, *((RAW_PREFIX, SCORES_PREFIX) if arguments.raw else ()))
    counts: dict[str, Counter[State]] = {}
    # What a dry run would restore, and what no run would.
    left: list[Restored] = []
    for prefix in prefixes:
        restored = restore(prefix, primary=primary, replica=replica, dry_run=arguments.dry_run)
        counts[prefix] = Counter()
        for each in tracked(restored, description=prefix):
            counts[prefix][each.state] += 1
            if each.state not in (State.PRESENT, State.RESTORED):
                left.append(each)
    if context.json:
        show_json(_as_json(counts, left))
    else:
        _show(counts, left)
    return DIFFERENCE if left else OK


def _as_json(counts: Mapping[str, Mapping[State, int]], left: Sequence[Restored]) -> Mapping[str, object]:
    return {
        "objects": {
            prefix: {state.name.lower(): found.get(state, 0) for state in State} for prefix, found in counts.items()
        },
        "not_restored": [{"key": each.key, "state": each.state.name.lower()} for each in left],
    }


def _show(counts: Mapping[str, Mapping[State, int]], left: Sequence[Restored]) -> None:
    if left:
        show_table("Not restored", ("object", "why"), [(each.key, each.state) for each in left])
    show_table(
        "Objects of the replica",
        ("prefix", *(str(state) for state in State)),
        [(prefix, *(found.get(state, 0) for state in State)) for prefix, found in counts.items()],
    )


COMMAND = Command(
    name="restore",
    help="put back from the replica what the primary bucket has lost; replaces nothing, resumes where it was stopped",
    add_arguments=_add_arguments,
    run=_run,
)
