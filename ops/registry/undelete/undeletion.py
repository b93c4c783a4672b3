"""Brings back an earlier version of an object: as the current one, under the rules of every other write."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lake.registry import check_object
from ops.failures import CommandError
from ops.registry.publish.publishing import Publisher, RefusedError
from ops.registry.store import Store
from schemas.keys.grammar import KeyGrammarError
from schemas.keys.layout import REPLICATED_PREFIXES, parse
from schemas.registry.documents import Document
from schemas.registry.models_file import RegistryError


@dataclass(frozen=True)
class Version:
    """A version of an object; one that marks a deletion has neither ETag nor size."""

    version_id: str
    written: datetime
    current: bool
    etag: str | None = None
    size: int | None = None


def versions(store: Store, key: str) -> list[Version]:
    """Return all versions of an object, the latest first."""
    return sorted(_versions(store, key), key=lambda it: (it.current, it.written), reverse=True)


def _versions(store: Store, key: str) -> Iterator[Version]:
    for page in store.s3.get_paginator("list_object_versions").paginate(Bucket=store.bucket, Prefix=key):
        for found in page.get("Versions", []):
            if found["Key"] == key:
                yield Version(
                    found["VersionId"], found["LastModified"], found["IsLatest"], found["ETag"], found["Size"]
                )
        for marker in page.get("DeleteMarkers", []):
            if marker["Key"] == key:
                yield Version(marker["VersionId"], marker["LastModified"], marker["IsLatest"])


def undelete(key: str, version_id: str, *, publisher: Publisher, overwrite: bool) -> bool:
    """Make an earlier version of an object the current one; return False where its content is already.

    What is replicated goes to both Regions, checked and written as a publication is. Raise `RefusedError` where the
    rules of the key forbid it, `CommandError` where there is no such version.
    """
    store = publisher.primary
    found = versions(store, key)
    wanted = next((it for it in found if it.version_id == version_id), None)
    if wanted is None or wanted.etag is None:
        known = ", ".join(it.version_id for it in found if it.etag) or "nothing"
        raise CommandError(f"{key}: no content in version {version_id}: expected one of {known}")
    with store.fetched(key, version=version_id) as content:
        if key.startswith(REPLICATED_PREFIXES):
            content.seek(0)
            return _publish(key, content.read(), publisher)
        current = next((it.etag for it in found if it.current), None)
        if current == wanted.etag:
            return False
        if current and not overwrite:
            raise RefusedError(f"{key}: another version is there, --overwrite it")
        if not store.put(key, content, over=current):
            raise RefusedError(f"{key}: was changed by someone else meanwhile, look at it again")
        return True


def _publish(key: str, content: bytes, publisher: Publisher) -> bool:
    try:
        typed = parse(key)
        check_object(typed, content)
    except (KeyGrammarError, RegistryError) as error:
        raise RefusedError(str(error)) from None
    return publisher.publish(Document(typed, content)).written
