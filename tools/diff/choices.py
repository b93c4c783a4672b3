"""Finds the choices of a deployment that a change takes back.

They are the context of `cdk.json`, and the next deployment has what stands there, without asking.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from stacks.config import DEFAULTS
from tools.diff.finding import Category, Finding

FILE: Final = "cdk.json"
# Without a first week it is that of the first day.
_DEFAULTS: Final = {**DEFAULTS, "first_week": ""}


def choices(text: str) -> dict[str, str]:
    """Return the choices of a `cdk.json` that differ from the defaults, by their keys."""
    context = json.loads(text).get("context", {})
    return {key: str(context[key]) for key, default in _DEFAULTS.items() if context.get(key, default) != default}


def choice_findings(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Finding]:
    """Yield each choice that goes back to its default; what another choice means, its templates show."""
    for key, chosen in before.items():
        if key not in after:
            yield Finding(
                category=Category.WEAKENED,
                rule="choice",
                address=(FILE, key),
                subject=f"choice {key}",
                change=f"{chosen} → {_DEFAULTS[key] or 'none'}, the default: a choice is taken back",
            )
