"""What would change on AWS. `make snapshots` accepts a difference; a missing snapshot fails."""

import json
import re
from typing import cast

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.stacks.synthesis import Json, SynthesizedStack

STACKS = (
    "SocraticBenchReplica",
    "SocraticBenchIndex",
    "SocraticBenchStorage",
    "SocraticBenchCatalog",
    "SocraticBenchCuration",
    "SocraticBenchAccess",
    "SocraticBenchObservability",
    "SocraticBenchReplicaObservability",
)
_ASSET_HASH = re.compile(r"\b[0-9a-f]{64}\b")


def without_asset_hashes(template: Json) -> Json:
    return cast("Json", json.loads(_ASSET_HASH.sub("<asset>", json.dumps(template))))


@pytest.mark.parametrize("name", STACKS)
def test_template(name: str, stacks: dict[str, SynthesizedStack], snapshot: SnapshotAssertion) -> None:
    accepted = snapshot.use_extension(JSONSnapshotExtension)
    assert without_asset_hashes(stacks[name].template) == accepted


def test_every_stack_has_a_snapshot(stacks: dict[str, SynthesizedStack]) -> None:
    assert sorted(stacks) == sorted(STACKS)


def test_asset_hashes_are_normalised() -> None:
    digest = "0123456789abcdef" * 4
    assert without_asset_hashes({"S3Key": f"{digest}.zip"}) == {"S3Key": "<asset>.zip"}
