"""The phases of the registry: how many turns each is planned for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from schemas.keys.grammar import ArtifactKind, Phase
from schemas.keys.layout import CONFIG_PREFIX
from schemas.models import Phases
from schemas.registry.models_file import MODELS_FILE, RegistryError, decoded, read

# Beside the packages, in the repository as in a function's bundle.
PHASES_FOLDER: Final = MODELS_FILE.parent / ArtifactKind.PHASES

# Paths in the repository, as a bundle packs them.
PHASES_FILES: Final = tuple(
    sorted(f"{CONFIG_PREFIX}{ArtifactKind.PHASES}/{path.name}" for path in PHASES_FOLDER.glob("*.json"))
)

_decode: Final = msgspec.json.Decoder(Phases).decode


def load_planned_turns(folder: Path = PHASES_FOLDER) -> Mapping[Phase, int]:
    """Return the turns that each phase is planned for, by the newest document; raise `RegistryError` without one."""
    documents = [decoded(read(path, path.name), _decode, path.name) for path in folder.glob("*.json")]
    if not documents:
        raise RegistryError(f"{folder}: expected a phases document, such as phases-1.0.json")
    newest = max(documents, key=_version)
    return {profile.phase: profile.target_turns for profile in newest.profiles}


def _version(document: Phases) -> list[int]:
    """Return what orders versions as numbers do: phases-1.10 comes after phases-1.9."""
    return [int(number) for number in document.version.rpartition("-")[2].split(".")]
