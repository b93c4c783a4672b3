"""Finds the choices of a deployment that a change takes back, or that make another lake of it.

They are the context of `cdk.json`, and the next deployment has what stands there, without asking.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from schemas.choices import DEFAULTS, STAGE, chosen
from tools.diff.finding import Category, Finding
from tools.templates.model import mapping

FILE: Final = "cdk.json"


def choices(text: str) -> dict[str, str]:
    """Return the choices of a `cdk.json` that differ from the defaults; raise `ValueError` where it is not JSON."""
    return {key: str(value) for key, value in chosen(mapping(mapping(json.loads(text)).get("context"))).items()}


def choice_findings(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Finding]:
    """Yield each choice that goes back to its default, and another stage, which the accepted templates do not have.

    What another choice means, its templates show.
    """
    old, new = (made.get(STAGE) or "none" for made in (before, after))
    if old != new:
        yield _finding(STAGE, Category.LOST, f"{old} → {new}: another lake, which is empty; this one is left behind")
    for key, given in before.items():
        if key not in after and key != STAGE:
            default = DEFAULTS.get(key) or "none"
            yield _finding(key, Category.WEAKENED, f"{given} → {default}, the default: a choice is taken back")


def _finding(key: str, category: Category, change: str) -> Finding:
    return Finding(category=category, rule="choice", address=(FILE, key), subject=f"choice {key}", change=change)
