"""`ops verify`: is the registry what its names say, in both Regions, the catalog, the repository?"""

import argparse
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from ops.command import Command, Context
from ops.failures import DIFFERENCE, OK, CommandError
from ops.registry.store import Store, stores
from ops.registry.verify.copies import examined, repair, repairable
from ops.registry.verify.probes import Answer, Probe, probe
from ops.registry.verify.verification import Difference, Verification, verify
from ops.screen import show_json, show_message, show_table, tracked
from schemas.keys.grammar import ArtifactKind
from schemas.keys.layout import CONFIG_PREFIX
from schemas.names import Output
from schemas.registry.documents import load_documents
from schemas.registry.models_file import MODELS_FILE, RegistryError, load_models

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient


_MODELS_OF_A_TABLE: Final = "projection.model.values"


def projected_models(glue: "GlueClient", database: str) -> Mapping[str, Collection[str]]:
    """Return the models that each deployed table with such a partition projects."""
    return {
        table["Name"]: table["Parameters"][_MODELS_OF_A_TABLE].split(",")
        for page in glue.get_paginator("get_tables").paginate(DatabaseName=database)
        for table in page["TableList"]
        if _MODELS_OF_A_TABLE in table.get("Parameters", {})
    }


def verified(context: Context) -> Verification:
    """Read both Regions and the catalog and compare them; raise `CommandError` where the repository's is bad."""
    try:
        repository, models = load_documents(MODELS_FILE.parent), load_models()
    except RegistryError as error:
        raise CommandError(str(error)) from None
    primary, replica = stores(context)
    return verify(
        primary=tracked(examined(primary), description=primary.region),
        replica=tracked(examined(replica), description=replica.region),
        repository=repository,
        models=models,
        enums=projected_models(context.aws.glue(), context.deployment.output(Output.DATABASE)),
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repair", action="store_true", help="copy to the replica what it lacks, then verify again")
    parser.add_argument(
        "--policy",
        action="store_true",
        help="also try, in both Regions, what the buckets must refuse (changes nothing)",
    )


def _run(context: Context, arguments: argparse.Namespace) -> int:
    found = verified(context)
    repaired: list[Difference] = []
    primary, replica = stores(context)
    if arguments.repair and (mendable := repairable(found)):
        tried = repair(mendable, primary=primary, replica=replica)
        for difference, why in tracked(tried, description="repair", total=len(mendable)):
            if why:
                show_message(f"ops verify: {difference.key}: not copied: {why}")
            else:
                repaired.append(difference)
        found = verified(context)
    probes = [*_probes(primary), *_probes(replica)] if arguments.policy else []
    if context.json:
        show_json(_as_json(found, repaired, probes))
    else:
        _show(found, repaired, probes)
    refuses = all(each.answer is Answer.REFUSED for each in probes)
    return OK if found.verified and refuses else DIFFERENCE


def _probes(store: Store) -> list[Probe]:
    rubric = next(store.listing(f"{CONFIG_PREFIX}{ArtifactKind.RUBRIC}/"), None)
    if rubric is None:
        raise CommandError(f"--policy: no rubric in {store.region} to try it on: publish the registry first")
    return [*tracked(probe(store, artifact=rubric.key), description=f"policy in {store.region}")]


def _as_json(found: Verification, repaired: Sequence[Difference], probes: Sequence[Probe]) -> Mapping[str, object]:
    return {
        "verified": found.verified,
        "objects": {"primary": found.primary, "replica": found.replica},
        "replication": found.replication,
        "differences": [asdict(difference) for difference in found.differences],
        "repaired": [difference.key for difference in repaired],
        "policy": [asdict(each) for each in probes],
    }


def _show(found: Verification, repaired: Sequence[Difference], probes: Sequence[Probe]) -> None:
    if found.differences:
        show_table(
            "Differences",
            ("difference", "object", "Region", "detail"),
            [(it.kind, it.key, it.region, it.detail) for it in found.differences],
        )
    if probes:
        show_table(
            "What the buckets must refuse",
            ("request", "Region", "answer", "error"),
            [(each.what, each.region, each.answer, each.detail or None) for each in probes],
        )
    states = found.replication_counts()
    unfinished = [(key, state) for key, state in found.replication.items() if state in ("PENDING", "FAILED")]
    if unfinished:
        show_table("Replication by S3 that is not complete", ("object", "state"), unfinished)
    show_table(
        "Registry",
        ("us-east-1", "us-west-2", *(f"replication {state}" for state in states), "repaired", "verified"),
        [(found.primary, found.replica, *states.values(), len(repaired), "yes" if found.verified else "no")],
    )


COMMAND = Command(
    name="verify",
    help="verify the registry in both Regions, by content; exit 1 on any difference",
    add_arguments=_add_arguments,
    run=_run,
)
