"""Brings back an earlier version of an object: as the current one, under the rules of every other write."""

from lake.registry import check_object
from ops.failures import CommandError
from ops.registry.publish.publishing import Publisher, RefusedError
from ops.registry.store import Store
from ops.versions import Version, versions_of
from schemas.keys.grammar import KeyGrammarError
from schemas.keys.layout import REPLICATED_PREFIXES, parse
from schemas.registry.documents import Document
from schemas.registry.models_file import RegistryError


def versions(store: Store, key: str) -> list[Version]:
    """Return all versions of an object, the latest first."""
    found = versions_of(store.s3, store.bucket, key)
    return sorted(found, key=lambda it: (it.current, it.written), reverse=True)


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
