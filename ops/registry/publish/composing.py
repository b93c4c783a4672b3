"""Composes a manifest from what is published: the short names of artifacts become references to their content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from ops.registry.publish.publishing import RefusedError
from ops.registry.store import Store
from schemas.keys.grammar import ArtifactKind
from schemas.keys.layout import CONFIG_PREFIX, MODELS_KEY, ArtifactKey, ManifestKey
from schemas.models import RunManifest
from schemas.registry.documents import Document
from schemas.registry.manifests import REFERENCE_FIELDS, Reference, parse_manifest, with_id
from schemas.registry.models_file import parse_models

_UNNAMED: Final = "manifest_00000000_00000000"


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a set of runs is made of; `artifacts` has the name and version of one artifact of each kind."""

    models: Sequence[str]
    temperatures: Sequence[float]
    artifacts: Mapping[ArtifactKind, str]
    max_turns: int
    judge_model: str


def compose(choices: Choices, *, store: Store, now: datetime) -> Document:
    """Return the manifest of these choices; raise `RefusedError` for one that is not published or not valid.

    The same choices on the same day are the same manifest: where it exists, its own content is returned.
    """
    _check_models(choices.models, store)
    versions = {
        REFERENCE_FIELDS[kind]: str(_published(store, kind, named)) for kind, named in choices.artifacts.items()
    }
    fields = {
        "manifest_id": _UNNAMED,
        "created_at": now,
        "models": list(choices.models),
        "temperatures": list(choices.temperatures),
        "max_turns": choices.max_turns,
        "judge_model": choices.judge_model,
        **versions,
    }
    try:
        manifest = with_id(msgspec.convert(fields, RunManifest))
    except msgspec.ValidationError as error:
        raise RefusedError(f"manifest: {error}") from None
    key = ManifestKey(manifest.manifest_id)
    existing = store.read(str(key))
    content = existing.content if existing else msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    parse_manifest(content, str(key))
    return Document(key, content)


def _check_models(models: Sequence[str], store: Store) -> None:
    registry = store.read(MODELS_KEY)
    known = parse_models(registry.content) if registry else {}
    for model in models:
        if model not in known:
            registered = ", ".join(known) or "nothing, publish it first"
            raise RefusedError(f"manifest: model {model!r}: expected one of {MODELS_KEY}: {registered}")


def _published(store: Store, kind: ArtifactKind, named: str) -> Reference:
    keys = [ArtifactKey.parse(it.key) for it in store.listing(f"{CONFIG_PREFIX}{kind}/")]
    found = [key for key in keys if f"{key.name}-{key.version}" == named]
    if len(found) == 1 and (stored := store.read(str(found[0]))):
        return Reference.to(found[0], stored.content)
    if found:
        raise RefusedError(f"manifest: {named}: published more than once: {', '.join(map(str, found))}")
    published = ", ".join(f"{key.name}-{key.version}" for key in keys) or "nothing, publish it first"
    raise RefusedError(f"manifest: {named!r} in {CONFIG_PREFIX}{kind}/: expected one of {published}")
