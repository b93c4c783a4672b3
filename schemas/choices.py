"""What a deployment may choose: the context keys of `cdk.json`, and what a deployment has that chooses nothing."""

from collections.abc import Mapping
from typing import Final

from schemas.roles import Role

STAGE: Final = "stage"
FIRST_DT: Final = "first_dt"
FIRST_WEEK: Final = "first_week"
"""A choice without a default: without it the first week is that of the first day."""

# The context key of those whom a role trusts.
TRUST_KEYS: Final = {role: f"trust_{role.name.lower()}" for role in Role}
DEFAULTS: Final[Mapping[str, str]] = {
    STAGE: "",
    FIRST_DT: "2025-01-01",
    "scan_cutoff_gb": "100",
    "curation_concurrency": "4",
    "alert_email": "",
    "bundling": "aws",
    "replicate_raw": "false",
    "recovery": "false",
    "permissions_boundary": "",
    "account": "",
    "quicksight_principal": "",
    **dict.fromkeys(TRUST_KEYS.values(), ""),
}


def chosen(context: Mapping[str, object]) -> dict[str, object]:
    """Return the choices of a context that are not the defaults, by their keys."""
    return {
        key: context[key] for key in (*DEFAULTS, FIRST_WEEK) if key in context and context[key] != DEFAULTS.get(key)
    }
