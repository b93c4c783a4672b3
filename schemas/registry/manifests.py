"""The artifacts that a manifest refers to, by `<name>-<version>@sha256:<64 hex>`, one of each kind."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from schemas.keys.grammar import ArtifactKind, KeyGrammarError
from schemas.keys.layout import ArtifactKey, ManifestKey
from schemas.models import RunManifest
from schemas.registry.artifacts import DIGEST_LENGTH
from schemas.registry.models_file import RegistryError, decoded

# The field of a manifest that refers to an artifact of each kind.
REFERENCE_FIELDS: Final[Mapping[ArtifactKind, str]] = {
    ArtifactKind.SEEDS: "seeds_version",
    ArtifactKind.RUBRIC: "rubric_version",
    ArtifactKind.SYSTEM_PROMPT: "system_prompt_version",
    ArtifactKind.JUDGE_PROMPT: "judge_prompt_version",
    ArtifactKind.PHASES: "phases_version",
}

_REFERENCE: Final = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)@sha256:(?P<digest>[a-f0-9]{64})")
_decode: Final = msgspec.json.Decoder(RunManifest).decode


@dataclass(frozen=True)
class Reference:
    """A reference to an artifact: its key, and the SHA-256 that its content must have."""

    key: ArtifactKey
    sha256: str

    def __str__(self) -> str:
        """Return the long form that records hold."""
        return f"{self.key.name}-{self.key.version}@sha256:{self.sha256}"

    @classmethod
    def to(cls, key: ArtifactKey, content: bytes) -> "Reference":
        """Return the reference to an artifact."""
        return cls(key, hashlib.sha256(content).hexdigest())


def parse_manifest(content: bytes, source: str) -> RunManifest:
    """Return a manifest; raise `RegistryError` that begins with `source` where it or a reference is none."""
    manifest = decoded(content, _decode, source)
    if source != str(ManifestKey(manifest.manifest_id)):
        raise RegistryError(f"{source}: manifest_id {manifest.manifest_id!r}: expected what its key is named after")
    references(manifest)
    return manifest


def references(manifest: RunManifest) -> list[Reference]:
    """Return what a manifest refers to; raise `RegistryError` for a reference that no artifact could have."""
    return [_reference(manifest, kind, field) for kind, field in REFERENCE_FIELDS.items()]


def _reference(manifest: RunManifest, kind: ArtifactKind, field: str) -> Reference:
    text = str(getattr(manifest, field))
    source = f"{ManifestKey(manifest.manifest_id)}: {field}"
    match = _REFERENCE.fullmatch(text)
    if not match:
        raise RegistryError(f"{source} {text!r}: expected <name>-<version>@sha256:<64 hex digits>")
    try:
        key = ArtifactKey(kind, match["name"], match["version"], match["digest"][:DIGEST_LENGTH])
    except KeyGrammarError as error:
        raise RegistryError(f"{source}: {error}") from None
    return Reference(key, match["digest"])


def with_id(manifest: RunManifest) -> RunManifest:
    """Return a manifest named after its day and its content: the same choices on the same day have the same id.

    When it was made within the day is no choice, so `created_at` does not count.
    """
    chosen = msgspec.to_builtins(manifest)
    del chosen["manifest_id"], chosen["created_at"]
    digest = hashlib.sha256(msgspec.json.encode(chosen, order="sorted")).hexdigest()[:DIGEST_LENGTH]
    return msgspec.structs.replace(manifest, manifest_id=f"{_id_of_day(manifest.created_at)}_{digest}")


def _id_of_day(time: datetime) -> str:
    return f"manifest_{time:%Y%m%d}"
