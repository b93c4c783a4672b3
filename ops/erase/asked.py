"""What is to be erased: runs by id or objects by key, whole or turn by turn. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ops.failures import CommandError
from schemas.keys.grammar import PARTS
from schemas.keys.layout import (
    CONFIG_PREFIX,
    CURATED_PREFIX,
    RAW_PREFIX,
    REPORTS_PREFIX,
    RUN_PREFIXES,
    WRITE_ONCE_PREFIXES,
)
from schemas.models.fields import MAX_MANY

# Wherever it stands in a key: also in one outside the grammar, such as that of a copy.
_RUN_IDS: Final = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Za-z])")


class RefusedError(Exception):
    """An erasure that is not begun, or not gone on with; the message is one line that says why and what to do."""


@dataclass(frozen=True)
class Asked:
    """What is to be erased; without `turns` whole objects."""

    runs: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    turns: frozenset[int] = frozenset()

    def names(self, key: str) -> bool:
        """Return whether an object is to be erased."""
        return key in self.keys or not self.runs.isdisjoint(_RUN_IDS.findall(key))

    def without_trace(self, found: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the runs and the keys that are asked for and in none of the keys that were found."""
        runs = {run for key in found for run in _RUN_IDS.findall(key)}
        return sorted(self.runs - runs), sorted(self.keys.difference(found))


def asked_for(runs: Sequence[str], keys: Sequence[str], turns: Sequence[int]) -> Asked:
    """Return what the arguments ask for; raise `CommandError` for what is no run, or not to be erased."""
    if not runs and not keys:
        raise CommandError("expected runs, or keys with --key")
    if max(len(runs), len(keys)) > MAX_MANY:
        raise CommandError(f"{max(len(runs), len(keys)):,} runs or keys: expected at most {MAX_MANY:,} at a time")
    for run in runs:
        _check_run(run)
    for key in keys:
        _check_key(key, in_lines=bool(turns))
    return Asked(frozenset(runs), frozenset(keys), frozenset(turns))


def _check_run(run: str) -> None:
    try:
        PARTS["run_id"](run)
    except ValueError as error:
        raise CommandError(f"run {run!r}: {error}; objects are named with --key") from None


def _check_key(key: str, *, in_lines: bool) -> None:
    if key.startswith((*WRITE_ONCE_PREFIXES, CONFIG_PREFIX)):
        why = "it is written once, and no run: publish a version without it; only break-glass deletes the old one"
        raise CommandError(f"{key}: {why}")
    if key.startswith((CURATED_PREFIX, REPORTS_PREFIX)):
        raise CommandError(f"{key}: it is made of raw/: erase the run, and it is made again without it")
    if not key.startswith(RUN_PREFIXES):
        raise CommandError(f"{key}: expected a key below {' or '.join(RUN_PREFIXES)}")
    if in_lines and not key.startswith(RAW_PREFIX):
        raise CommandError(f"{key}: it has no turns: expected a key below {RAW_PREFIX} with --turn")
