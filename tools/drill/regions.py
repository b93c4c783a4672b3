"""Both buckets as the drill looks at them: what is there, and what is not yet in the other Region."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ops.aws import CONNECTIONS
from ops.parallel import in_parallel
from ops.registry.restore.restoring import State, compare
from ops.registry.store import Store
from schemas.keys.layout import REPLICATED_PREFIXES, RUN_PREFIXES
from tools.local.steps import SceneError

_PREFIXES: Final = (*REPLICATED_PREFIXES, *RUN_PREFIXES)
_WAIT_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class Regions:
    """The two buckets."""

    primary: Store
    replica: Store

    def published(self) -> Mapping[str, str]:
        """Return the SHA-256 of each object of the registry that both Regions have alike, by key."""
        here, there = (_digests(store) for store in (self.primary, self.replica))
        return {key: sha256 for key, sha256 in here.items() if there.get(key) == sha256}

    def objects(self) -> int:
        """Return how many objects the primary has."""
        return sum(1 for prefix in _PREFIXES for _ in self.primary.listing(prefix))

    def await_replica(self, progress: Callable[[str], None]) -> None:
        """Return once the replica has every object; raise `SceneError` when that takes too long."""
        deadline = time.monotonic() + _WAIT_SECONDS
        while missing := self._missing():
            if time.monotonic() > deadline:
                raise SceneError(f"{missing} objects are not replicated after {_WAIT_SECONDS:g} s")
            progress(f"{missing} to go")
            time.sleep(_POLL_SECONDS)

    def _missing(self) -> int:
        states = (
            found.state
            for prefix in _PREFIXES
            for found in compare(self.primary.listing(prefix), self.replica.listing(prefix))
        )
        return sum(state is not State.PRESENT for state in states)


def _digests(store: Store) -> Mapping[str, str]:
    def digest(key: str) -> tuple[str, str]:
        found = store.read(key)
        return key, hashlib.sha256(found.content).hexdigest() if found else ""

    keys = (found.key for prefix in REPLICATED_PREFIXES for found in store.listing(prefix))
    return dict(in_parallel(digest, keys, workers=CONNECTIONS))
