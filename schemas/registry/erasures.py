"""Records of erasures, named after their day and content."""

import hashlib
from typing import Final

import msgspec

from schemas.keys.layout import ErasureKey
from schemas.models import Erasure
from schemas.registry.artifacts import DIGEST_LENGTH
from schemas.registry.models_file import RegistryError, decoded

UNNAMED: Final = "erasure_00000000_00000000"

_decode: Final = msgspec.json.Decoder(Erasure).decode


def hashed(text: str) -> str:
    """Return what a record says in place of a run id or a key."""
    return hashlib.sha256(text.encode()).hexdigest()


def with_id(erasure: Erasure) -> Erasure:
    """Return a record named after its day and its content."""
    unnamed = msgspec.structs.replace(erasure, erasure_id=UNNAMED)
    digest = hashlib.sha256(msgspec.json.encode(unnamed, order="sorted")).hexdigest()[:DIGEST_LENGTH]
    return msgspec.structs.replace(erasure, erasure_id=f"erasure_{erasure.at:%Y%m%d}_{digest}")


def parse_erasure(content: bytes, source: str) -> Erasure:
    """Return a record; raise `RegistryError` that begins with `source` where it is none, or under another's name."""
    erasure = decoded(content, _decode, source)
    expected = str(ErasureKey(with_id(erasure).erasure_id))
    if source != expected or erasure.erasure_id != with_id(erasure).erasure_id:
        raise RegistryError(f"{source}: erasure_id {erasure.erasure_id!r}: its content belongs under {expected}")
    return erasure
