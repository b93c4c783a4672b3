"""The registry: models, rubrics, phases, seeds, and the manifest that ties them to a run."""

import math
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from schemas.keys.grammar import Phase
from schemas.models.fields import (
    MAX_FEW,
    MAX_MANY,
    Dollars,
    Location,
    ManifestId,
    ModelId,
    Name,
    Reference,
    RunTurn,
    Share,
    Temperature,
    Text,
    Timestamp,
    TurnNumber,
)

# Words of a rubric or phase.
Phrases = Annotated[list[Text], Meta(max_length=MAX_MANY)]


class ModelConfig(Struct, frozen=True):
    """A model under test: an entry of `config/models.json`."""

    model_id: ModelId
    provider: Name
    endpoint: Location
    version: Name
    cost_per_1m_prompt: Dollars
    cost_per_1m_completion: Dollars
    max_tokens: Annotated[int, Meta(ge=1)]
    tags: Annotated[dict[Name, Name], Meta(max_length=MAX_FEW)] = {}


class Dimension(Struct, frozen=True):
    """One dimension of a rubric."""

    weight: Share
    criteria: Phrases = []


class Rubric(Struct, frozen=True):
    """What a reply is scored by; the weights sum to 1."""

    version: Name
    dimensions: Annotated[dict[Name, Dimension], Meta(max_length=MAX_FEW)]

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

    item_id: Name
    text: Text
    planted_at_turn: TurnNumber


class PhaseProfile(Struct, frozen=True):
    """The pressure of one phase."""

    phase: Phase
    target_tokens: Annotated[int, Meta(ge=1)]
    target_turns: RunTurn
    noise_level: NoiseLevel
    pressure_tactics: Phrases = []
    decoys: Annotated[list[Decoy], Meta(max_length=MAX_MANY)] = []
    meta_cadence: Annotated[int, Meta(ge=1)] | None = None


class Phases(Struct, frozen=True):
    """All phases of one version of the benchmark."""

    version: Name
    profiles: Annotated[list[PhaseProfile], Meta(max_length=MAX_FEW)]


class SeedVector(StrEnum):
    """The Socratic method a seed starts from."""

    ELENCHUS = "elenchus"
    MAIEUTICS = "maieutics"
    APORIA = "aporia"


class Seed(Struct, frozen=True):
    """The start of a conversation."""

    seed_id: Name
    vector: SeedVector
    persona: Text
    initial_prompt: Text
    goals: Annotated[list[Text], Meta(max_length=MAX_FEW)]
    notes: Text | None = None


class RunManifest(Struct, frozen=True):
    """What a set of runs was made of: `manifests/manifest_YYYYMMDD_<hash>.json`, write-once."""

    manifest_id: ManifestId
    created_at: Timestamp
    models: Annotated[list[ModelId], Meta(min_length=1, max_length=MAX_MANY)]
    temperatures: Annotated[list[Temperature], Meta(min_length=1, max_length=MAX_FEW)]
    seeds_version: Reference
    rubric_version: Reference
    system_prompt_version: Reference
    judge_prompt_version: Reference
    phases_version: Reference
    max_turns: RunTurn
    judge_model: Name
