"""`ops restore`: put back into the primary bucket what the replica has and it has lost."""

import argparse
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from ops.archive import restore_command, show_restore_commands
from ops.command import Command, Context
from ops.failures import DIFFERENCE, OK, resumable
from ops.registry.restore.restoring import Restored, State, restore
from ops.registry.store import Store, stores
from ops.screen import show_json, show_table, tracked
from schemas.keys.layout import RAW_PREFIX, REPLICATED_PREFIXES, SCORES_PREFIX

_SHOWN: Final = 50


@dataclass(frozen=True)
class _Result:
    """What became of the replica's objects: how many by prefix, and which a dry run would restore or no run would."""

    replica: Store
    counts: dict[str, Counter[State]] = field(default_factory=dict)
    left: list[Restored] = field(default_factory=list)

    def add(self, prefix: str, each: Restored) -> None:
        self.counts[prefix][each.state] += 1
        if each.state not in (State.PRESENT, State.RESTORED):
            self.left.append(each)

    def commands(self) -> Mapping[str, str]:
        """Return what brings each archived object back, by its key."""
        command = partial(restore_command, self.replica.bucket, region=self.replica.region)
        return {each.key: command(each.key) for each in self.left if each.state is State.ARCHIVED}

    def as_json(self) -> Mapping[str, object]:
        commands = self.commands()
        return {
            "objects": {
                prefix: {state.name.lower(): found.get(state, 0) for state in State}
                for prefix, found in self.counts.items()
            },
            "not_restored": [
                {
                    "key": each.key,
                    "state": each.state.name.lower(),
                    "why": each.why or each.state,
                    "command": commands.get(each.key),
                }
                for each in self.left
            ],
        }

    def show(self) -> None:
        if self.left:
            rows = [(each.key, f"{each.state}: {each.why}" if each.why else each.state) for each in self.left]
            show_table("Not restored", ("object", "why"), rows)
        show_table(
            "Objects of the replica",
            ("prefix", *(str(state) for state in State)),
            [(prefix, *(found.get(state, 0) for state in State)) for prefix, found in self.counts.items()],
        )
        commands = [*self.commands().values()]
        show_restore_commands("ops restore", commands[:_SHOWN], count=len(commands))


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
    result = _Result(replica)
    try:
        with resumable(lambda: "run this again, it goes on from here"):
            for prefix in prefixes:
                result.counts[prefix] = Counter()
                restored = restore(prefix, primary=primary, replica=replica, dry_run=arguments.dry_run)
                for each in tracked(restored, description=prefix):
                    result.add(prefix, each)
    finally:
        if context.json:
            show_json(result.as_json())
        else:
            result.show()
    return DIFFERENCE if result.left else OK


COMMAND = Command(
    name="restore",
    help="put back from the replica what the primary bucket has lost; replaces nothing, resumes where it was stopped",
    add_arguments=_add_arguments,
    run=_run,
)
