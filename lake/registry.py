"""Checks any object below the replicated prefixes against its key."""

from lake.records import RecordError
from lake.results import read_canary
from schemas.keys.grammar import Key
from schemas.keys.layout import CalibrationResultKey
from schemas.registry.documents import check
from schemas.registry.models_file import RegistryError


def check_object(key: Key, content: bytes) -> None:
    """Raise `RegistryError` that begins with the key unless the content is valid for it; of other kinds any is."""
    if not isinstance(key, CalibrationResultKey):
        check(key, content)
        return
    try:
        read_canary(str(key), content)
    except RecordError as error:
        raise RegistryError(f"{key}: {error}") from None
