"""Finds the choices of a deployment that a change takes back.

They are the context of `cdk.json`, and the next deployment has what stands there, without asking.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from schemas.choices import DEFAULTS, chosen
from tools.diff.finding import Category, Finding
from tools.templates.model import mapping

FILE: Final = "cdk.json"


def choices(text: str) -> dict[str, str]:
    """Return the choices of a `cdk.json` that differ from the defaults; raise `ValueError` where it is not JSON."""
    return {key: str(value) for key, value in chosen(mapping(mapping(json.loads(text)).get("context"))).items()}


def choice_findings(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Finding]:
    """Yield each choice that goes back to its default; what another choice means, its templates show."""
    for key, given in before.items():
        if key not in after:
            yield Finding(
                category=Category.WEAKENED,
                rule="choice",
                address=(FILE, key),
                subject=f"choice {key}",
                change=f"{given} → {DEFAULTS.get(key) or 'none'}, the default: a choice is taken back",
            )
