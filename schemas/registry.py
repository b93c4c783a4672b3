"""The model registry, `config/models.json`: which models exist and what their tokens cost."""

from pathlib import Path
from typing import Final

import msgspec

from schemas.layout import MODELS_KEY
from schemas.models import ModelConfig

# Beside the packages, in the repository as in a function's bundle.
MODELS_FILE: Final = Path(__file__).parent.parent / MODELS_KEY

_decode = msgspec.json.Decoder(list[ModelConfig]).decode


class RegistryError(ValueError):
    """A registry that cannot be used; the message names file, entry and field."""


def parse_models(content: bytes, source: str = MODELS_KEY) -> dict[str, ModelConfig]:
    """Return the models by id, in file order; raise `RegistryError` for a bad, duplicate or missing entry."""
    try:
        entries = _decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = f"{source}: {error}"
        raise RegistryError(msg) from None
    models = {entry.model_id: entry for entry in entries}
    if len(models) < len(entries):
        ids = [entry.model_id for entry in entries]
        twice = next(name for name in ids if ids.count(name) > 1)
        msg = f"{source}: model_id {twice!r} occurs more than once"
        raise RegistryError(msg)
    if not models:
        msg = f"{source}: expected at least one model"
        raise RegistryError(msg)
    return models


def load_models(path: Path = MODELS_FILE) -> dict[str, ModelConfig]:
    """Return the models of a registry file by id; raise `RegistryError` where it is missing or bad."""
    try:
        content = path.read_bytes()
    except OSError as error:
        msg = f"{path}: {error.strerror}"
        raise RegistryError(msg) from None
    return parse_models(content, path.name)
