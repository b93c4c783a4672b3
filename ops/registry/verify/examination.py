"""Reads what there is to verify: every object of the registry in one Region, and the models that the catalog sees."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from ops.aws import CONNECTIONS
from ops.parallel import in_parallel
from ops.registry.store import Store
from ops.registry.verify.verification import Examined, examine
from schemas.keys.layout import REPLICATED_PREFIXES

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

_MODELS_OF_A_TABLE: Final = "projection.model.values"


def examined(store: Store) -> Iterator[Examined]:
    """Yield each object of the registry, read whole and in parallel; contents are not kept."""

    def read(key: str) -> Examined | None:
        # None where it went after it was listed.
        found = store.read(key)
        return examine(key, found.content, found.replication) if found else None

    keys = (found.key for prefix in REPLICATED_PREFIXES for found in store.listing(prefix))
    return (found for found in in_parallel(read, keys, workers=CONNECTIONS) if found)


def projected_models(glue: "GlueClient", database: str) -> Mapping[str, Collection[str]]:
    """Return the models that each deployed table with such a partition projects."""
    return {
        table["Name"]: table["Parameters"][_MODELS_OF_A_TABLE].split(",")
        for page in glue.get_paginator("get_tables").paginate(DatabaseName=database)
        for table in page["TableList"]
        if _MODELS_OF_A_TABLE in table.get("Parameters", {})
    }
