"""The registry: models, rubrics, phases, seeds, and the manifest that ties them to a run."""

import math
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from schemas.keys.grammar import Phase
from schemas.models.fields import (
    Dollars,
    ManifestId,
    ModelId,
    Reference,
    RunTurn,
    Share,
    Temperature,
    Timestamp,
    TurnNumber,
)


class ModelConfig(Struct, frozen=True):
    """A model under test: an entry of `config/models.json`."""

    model_id: ModelId
    provider: str
    endpoint: str
    version: str
    cost_per_1m_prompt: Dollars
    cost_per_1m_completion: Dollars
    max_tokens: Annotated[int, Meta(ge=1)]
    tags: dict[str, str] = {}


class Dimension(Struct, frozen=True):
    """One dimension of a rubric."""

    weight: Share
    criteria: list[str] = []


class Rubric(Struct, frozen=True):
    """What a reply is scored by; the weights sum to 1."""

    version: str
    dimensions: dict[str, Dimension]

    def __post_init__(self) -> None:
        """Raise ValueError, which msgspec reports as a ValidationError, unless the weights sum to 1."""
        total = math.fsum(dimension.weight for dimension in self.dimensions.values())
        if not math.isclose(total, 1):
            msg = f"weights of dimensions sum to {total}, expected 1"
            raise ValueError(msg)


class NoiseLevel(StrEnum):
    """How much irrelevant context a phase adds."""

    NONE = "none"
    MILD = "mild"
    MEDIUM = "medium"
    HEAVY = "heavy"


class Decoy(Struct, frozen=True):
    """A false lead planted in the context."""

    item_id: str
    text: str
    planted_at_turn: TurnNumber


class PhaseProfile(Struct, frozen=True):
    """The pressure of one phase."""

    phase: Phase
    target_tokens: Annotated[int, Meta(ge=1)]
    target_turns: RunTurn
    noise_level: NoiseLevel
    pressure_tactics: list[str] = []
    decoys: list[Decoy] = []
    meta_cadence: Annotated[int, Meta(ge=1)] | None = None


class Phases(Struct, frozen=True):
    """All phases of one version of the benchmark."""

    version: str
    profiles: list[PhaseProfile]


class SeedVector(StrEnum):
    """The Socratic method a seed starts from."""

    ELENCHUS = "elenchus"
    MAIEUTICS = "maieutics"
    APORIA = "aporia"


class Seed(Struct, frozen=True):
    """The start of a conversation."""

    seed_id: str
    vector: SeedVector
    persona: str
    initial_prompt: str
    goals: list[str]
    notes: str | None = None


class RunManifest(Struct, frozen=True):
    """What a set of runs was made of: `manifests/manifest_YYYYMMDD_<hash>.json`, write-once."""

    manifest_id: ManifestId
    created_at: Timestamp
    models: Annotated[list[ModelId], Meta(min_length=1)]
    temperatures: Annotated[list[Temperature], Meta(min_length=1)]
    seeds_version: Reference
    rubric_version: Reference
    system_prompt_version: Reference
    judge_prompt_version: Reference
    phases_version: Reference
    max_turns: RunTurn
    judge_model: str
