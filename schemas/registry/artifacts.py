"""The registry that ships, `config/`: the models, and every artifact that runs refer to, each valid for its kind.

In the repository an artifact is `<kind>/<name>-<version>.<extension>`; its key adds the digest of its content.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from schemas.keys.grammar import ArtifactKind, KeyGrammarError
from schemas.keys.layout import CONFIG_PREFIX, MODELS_KEY, ArtifactKey
from schemas.models import ModelConfig, Phases, Rubric, Seed
from schemas.registry.models_file import MODELS_FILE, RegistryError, decoded, parse_models, read, refuse_twice

DIGEST_LENGTH: Final = 8
MODELS_NAME: Final = MODELS_KEY.removeprefix(CONFIG_PREFIX)
# A file may already be named as it is published.
_NAMED_BY_DIGEST: Final = re.compile(r"(?P<stem>.+)@sha256_(?P<digest>[^@]*)")

_seeds: Final = msgspec.json.Decoder(list[Seed]).decode
_rubric: Final = msgspec.json.Decoder(Rubric).decode
_phases: Final = msgspec.json.Decoder(Phases).decode


@dataclass(frozen=True)
class Registry:
    """A valid registry: models by id in file order, artifacts' contents by the key that they are published under."""

    models: Mapping[str, ModelConfig]
    artifacts: Mapping[ArtifactKey, bytes]


def load_registry(folder: Path = MODELS_FILE.parent) -> Registry:
    """Return the registry in a folder; raise `RegistryError` for the first file that is missing or bad.

    Hidden files, such as those that a desktop leaves behind, are no part of it.
    """
    models = parse_models(read(folder / "models.json", MODELS_KEY))
    return Registry(models, dict(read_artifact(folder, name) for name in artifact_files(folder)))


def artifact_files(folder: Path) -> list[Path]:
    """Return where the files of a registry's artifacts lie below its folder."""
    names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [name for name in names if name.as_posix() != MODELS_NAME and not name.name.startswith(".")]


def read_artifact(folder: Path, name: Path) -> tuple[ArtifactKey, bytes]:
    """Return an artifact of a registry, with its key; raise `RegistryError` where it is bad."""
    source = f"{CONFIG_PREFIX}{name.as_posix()}"
    content = read(folder / name, source)
    return artifact_key(name, content, source), content


def artifact_key(name: Path, content: bytes, source: str) -> ArtifactKey:
    """Return the key that a file is published under; `name` is its place below `config/`, with or without a digest.

    Raise `RegistryError` that begins with `source` where name, digest or content is not one of its kind.
    """
    digest = hashlib.sha256(content).hexdigest()[:DIGEST_LENGTH]
    stem = name.stem
    if match := _NAMED_BY_DIGEST.fullmatch(stem):
        stem = match["stem"]
        _check_digest(digest, match["digest"], source)
    published = name.with_name(f"{stem}@sha256_{digest}{name.suffix}")
    try:
        key = ArtifactKey.parse(f"{CONFIG_PREFIX}{published.as_posix()}")
    except KeyGrammarError as error:
        raise RegistryError(f"{source}: published as {error}") from None
    _CHECKS[key.kind](content, source, stem)
    return key


def check_artifact(key: ArtifactKey, content: bytes) -> None:
    """Raise `RegistryError` unless the content is what the key names and valid for its kind."""
    _check_digest(hashlib.sha256(content).hexdigest()[:DIGEST_LENGTH], key.digest, str(key))
    _CHECKS[key.kind](content, str(key), f"{key.name}-{key.version}")


def _check_digest(digest: str, named: str, source: str) -> None:
    if digest != named:
        raise RegistryError(f"{source}: its SHA-256 begins with {digest}, not with {named}, as it is named")


def _check_seeds(content: bytes, source: str, _name: str) -> None:
    seeds = decoded(content, _seeds, source)
    if not seeds:
        raise RegistryError(f"{source}: expected at least one seed")
    refuse_twice((seed.seed_id for seed in seeds), f"{source}: seed_id")


def _check_rubric(content: bytes, source: str, name: str) -> None:
    _check_version(decoded(content, _rubric, source).version, source, name)


def _check_phases(content: bytes, source: str, name: str) -> None:
    phases = decoded(content, _phases, source)
    _check_version(phases.version, source, name)
    refuse_twice((profile.phase for profile in phases.profiles), f"{source}: phase")


def _check_version(version: str, source: str, name: str) -> None:
    if version != name:
        raise RegistryError(f"{source}: version {version!r}: expected {name!r}, as the file is named")


def _check_prompt(content: bytes, source: str, _name: str) -> None:
    if not decoded(content, bytes.decode, source).strip():
        raise RegistryError(f"{source}: expected a text")


_CHECKS: Final[Mapping[ArtifactKind, Callable[[bytes, str, str], None]]] = {
    ArtifactKind.SEEDS: _check_seeds,
    ArtifactKind.RUBRIC: _check_rubric,
    ArtifactKind.PHASES: _check_phases,
    ArtifactKind.SYSTEM_PROMPT: _check_prompt,
    ArtifactKind.JUDGE_PROMPT: _check_prompt,
}
