"""The model registry, `config/models.json`: which models exist and what their tokens cost."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from schemas.keys.layout import MODELS_KEY
from schemas.models import ModelConfig

_T = TypeVar("_T")

# Beside the packages, in the repository as in a function's bundle.
MODELS_FILE: Final = Path(__file__).parents[2] / MODELS_KEY

_decode: Final = msgspec.json.Decoder(list[ModelConfig]).decode


class RegistryError(ValueError):
    """A registry that cannot be used; the message is one line that names file, entry and field."""


def parse_models(content: bytes, source: str = MODELS_KEY) -> dict[str, ModelConfig]:
    """Return the models by id, in file order; raise `RegistryError` for a bad, duplicate or missing entry."""
    entries = decoded(content, _decode, source)
    if not entries:
        raise RegistryError(f"{source}: expected at least one model")
    refuse_twice((entry.model_id for entry in entries), f"{source}: model_id")
    return {entry.model_id: entry for entry in entries}


def load_models(path: Path = MODELS_FILE) -> dict[str, ModelConfig]:
    """Return the models of a registry file by id; raise `RegistryError` where it is missing or bad."""
    return parse_models(read(path, str(path)), path.name)


def read(path: Path, source: str) -> bytes:
    """Return a file's content; raise `RegistryError` where there is none."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise RegistryError(f"{source}: {error.strerror}") from None


def decoded(content: bytes, decode: Callable[[bytes], _T], source: str) -> _T:
    """Return what a msgspec decoder makes of a file; raise `RegistryError` where it refuses it."""
    try:
        return decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RegistryError(f"{source}: {error}") from None


def refuse_twice(values: Iterable[Hashable], what: str) -> None:
    """Raise `RegistryError` for the first value that is there more than once."""
    for value, count in Counter(values).items():
        if count > 1:
            raise RegistryError(f"{what} {str(value)!r} occurs more than once")
