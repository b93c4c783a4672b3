"""Publishes documents to both Regions: the primary first, which arbitrates races, then the replica.

An object counts as published when both have it: docs/decisions/0012-acknowledge-in-both-regions.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ops.failures import CommandError, one_line
from ops.registry.store import Store
from schemas.keys.layout import WRITE_ONCE_PREFIXES, ArtifactKey, ManifestKey
from schemas.registry.documents import Document
from schemas.registry.manifests import parse_manifest, references


class RefusedError(Exception):
    """A document that cannot be published as it is; the message is one line that says why."""


class Outcome(StrEnum):
    """What became of a document in one Region."""

    WRITTEN = "written"
    PRESENT = "already there"


@dataclass(frozen=True)
class Acknowledged:
    """A document that both Regions have."""

    key: str
    primary: Outcome
    replica: Outcome

    @property
    def written(self) -> bool:
        """Whether a Region did not have it before."""
        return Outcome.WRITTEN in (self.primary, self.replica)


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes one document after the other.

    Identical content that is there already is a success, so a run that was interrupted is completed by the next.
    `may_replace` is asked before a document that changes takes the place of another, with its key and both contents.
    """

    primary: Store
    replica: Store
    may_replace: Callable[[str, bytes, bytes], bool]

    def publish(self, document: Document) -> Acknowledged:
        """Publish a document; raise `RefusedError`, or `CommandError` where it could not be acknowledged."""
        key = str(document.key)
        if not key.startswith(WRITE_ONCE_PREFIXES):
            return self._compare_and_set(key, document.content)
        if isinstance(document.key, ManifestKey):
            self._check_references(key, document.content)
        if isinstance(document.key, ArtifactKey):
            self._refuse_second_content(document.key)
        primary = _write_once(self.primary, key, document.content)
        replica = self._replicated(key, lambda: _write_once(self.replica, key, document.content))
        if isinstance(document.key, ArtifactKey):
            # Its key names the content, so two publishers of one version meet only here.
            self._refuse_second_content(document.key)
        return Acknowledged(key, primary, replica)

    def _refuse_second_content(self, key: ArtifactKey) -> None:
        """Refuse another content under a name and version that has one: the version would no longer say which."""
        for found in self.primary.listing(str(key).partition("@")[0] + "@"):
            if found.key != str(key):
                raise RefusedError(f"{key}: {found.key} has this version already: give the new content the next one")

    def _check_references(self, key: str, content: bytes) -> None:
        for reference in references(parse_manifest(content, key)):
            found = self.primary.read(str(reference.key))
            if found is None:
                raise RefusedError(f"{key}: refers to {reference}, which is not published")
            if found.sha256 != reference.sha256:
                raise RefusedError(f"{key}: refers to {reference}, but the published content is {found.sha256}")

    def _compare_and_set(self, key: str, content: bytes) -> Acknowledged:
        current = self.primary.read(key)
        primary = Outcome.PRESENT
        if current is None or current.content != content:
            if current and not self.may_replace(key, current.content, content):
                raise RefusedError(f"{key}: differs from the one in {self.primary.region}, --overwrite it")
            if not self.primary.put(key, content, over=current.etag if current else None):
                raise _overtaken(key)
            primary = Outcome.WRITTEN
        return Acknowledged(key, primary, self._replicated(key, lambda: self._set_replica(key, content)))

    def _set_replica(self, key: str, content: bytes) -> Outcome:
        """Bring the replica to what the primary has; its ETag is its own.

        The replica is read before the primary is looked at again: a later publication has then changed one of
        them, and this older content cannot replace theirs.
        """
        while True:
            current = self.replica.read(key)
            if current and current.content == content:
                return Outcome.PRESENT
            latest = self.primary.read(key)
            if latest is None or latest.content != content:
                raise _overtaken(key)
            if self.replica.put(key, content, over=current.etag if current else None):
                return Outcome.WRITTEN

    def _replicated(self, key: str, write: Callable[[], Outcome]) -> Outcome:
        try:
            with one_line():
                return write()
        except CommandError as error:
            regions = f"in {self.primary.region} but not in {self.replica.region}"
            raise type(error)(f"{key} is {regions}, so it is not published: run this again: {error}") from error


def _overtaken(key: str) -> RefusedError:
    return RefusedError(f"{key}: was changed by someone else meanwhile, look at it again")


def _write_once(store: Store, key: str, content: bytes) -> Outcome:
    if store.put(key, content, over=None):
        return Outcome.WRITTEN
    found = store.read(key)
    if found and found.content == content:
        return Outcome.PRESENT
    raise RefusedError(f"{key}: {store.region} has another content under this name, which is never replaced")
