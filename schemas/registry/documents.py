"""Documents of registry, manifests and golden sets, each checked against its key."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from schemas.keys.grammar import ArtifactKind, Key, KeyGrammarError
from schemas.keys.layout import (
    GOLDEN_SETS_PREFIX,
    MANIFESTS_PREFIX,
    MODELS_KEY,
    ArtifactKey,
    ErasureKey,
    GoldenSetKey,
    ManifestKey,
    ModelsKey,
)
from schemas.models import CalibrationItem
from schemas.registry.artifacts import (
    MODELS_NAME,
    artifact_files,
    artifact_key,
    check_artifact,
    load_registry,
    read_artifact,
)
from schemas.registry.erasures import parse_erasure
from schemas.registry.manifests import parse_manifest
from schemas.registry.models_file import RegistryError, decoded, parse_models, read, refuse_twice

_ARTIFACT_FOLDERS: Final = tuple(f"{kind}/" for kind in ArtifactKind)
_GOLDEN_SETS: Final = "golden_sets/"

_item: Final = msgspec.json.Decoder(CalibrationItem).decode


@dataclass(frozen=True)
class Document:
    """A valid object of the registry and the key that it is published under."""

    key: Key
    content: bytes


def load_documents(folder: Path) -> list[Document]:
    """Return a whole registry, models last; raise `RegistryError` for the first file that is missing or bad."""
    artifacts = load_registry(folder).artifacts
    models = Document(ModelsKey(), read(folder / "models.json", MODELS_KEY))
    return [*(Document(key, content) for key, content in artifacts.items()), models]


def read_documents(folder: Path) -> Iterator[Document | RegistryError]:
    """Yield each document of a whole registry, models last, or what is wrong with its file.

    A folder without models is no registry: nothing else in it is looked at.
    """
    try:
        models = Document(ModelsKey(), read(folder / MODELS_NAME, MODELS_KEY))
    except RegistryError as error:
        yield error
        return
    for name in artifact_files(folder):
        try:
            yield Document(*read_artifact(folder, name))
        except RegistryError as error:
            yield error
    try:
        check(models.key, models.content)
        yield models
    except RegistryError as error:
        yield error


def read_document(path: Path) -> Document:
    """Return the document in a file, whose kind its folder tells, as in `rubrics/rubric-1.1.json`.

    Raise `RegistryError` where it is missing, bad or of no kind.
    """
    source = str(path)
    content = read(path, source)
    whole = path.absolute()
    for depth in (2, 3):  # of a folder such as `rubrics/`, or `prompts/system/`
        name = Path(*whole.parts[-depth:])
        if f"{name.parent.as_posix()}/" in _ARTIFACT_FOLDERS:
            return Document(artifact_key(name, content, source), content)
    key = _named(whole, source)
    check(key, content)
    return Document(key, content)


def _named(path: Path, source: str) -> Key:
    """Return the key of a file that is named like its object."""
    folder = f"{path.parent.name}/"
    try:
        if path.name == "models.json":
            return ModelsKey()
        if folder == _GOLDEN_SETS:
            return GoldenSetKey.parse(f"{GOLDEN_SETS_PREFIX}{path.name}")
        if folder == MANIFESTS_PREFIX:
            return ManifestKey.parse(f"{MANIFESTS_PREFIX}{path.name}")
    except KeyGrammarError as error:
        raise RegistryError(f"{source}: published as {error}") from None
    folders = ", ".join((*_ARTIFACT_FOLDERS, _GOLDEN_SETS, MANIFESTS_PREFIX))
    raise RegistryError(f"{source}: expected models.json, or a file in one of {folders}")


def check(key: Key, content: bytes) -> None:
    """Raise `RegistryError` that begins with the key unless the content is valid for it; of other kinds any is."""
    source = str(key)
    match key:
        case ArtifactKey():
            check_artifact(key, content)
        case ModelsKey():
            parse_models(content)
        case ManifestKey():
            parse_manifest(content, source)
        case ErasureKey():
            parse_erasure(content, source)
        case GoldenSetKey():
            refuse_twice(_item_ids(content, source), f"{source}: item_id")


def _item_ids(content: bytes, source: str) -> Iterator[str]:
    lines = content.removeprefix(BOM_UTF8).split(b"\n")
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not numbered:
        raise RegistryError(f"{source}: expected at least one item")
    for number, line in numbered:
        yield decoded(line, _item, f"{source}: line {number}").item_id
