"""Stores that fail or are overtaken, for what a publication must survive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO

from botocore.exceptions import EndpointConnectionError

from ops.registry.store import Store, Stored


@dataclass(frozen=True, kw_only=True)
class UnreachableStore(Store):
    """A Region that does not answer."""

    def read(self, key: str) -> Stored | None:
        raise EndpointConnectionError(endpoint_url=f"https://s3.{self.region}/{key}")

    def put(
        self,
        key: str,
        content: bytes | IO[bytes],  # noqa: ARG002 - a store's signature
        *,
        over: str | None,  # noqa: ARG002
        content_type: str | None = None,  # noqa: ARG002
        metadata: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> bool:
        raise EndpointConnectionError(endpoint_url=f"https://s3.{self.region}/{key}")


@dataclass(frozen=True, kw_only=True)
class OvertakenStore(Store):
    """A store in which somebody else acts, once, just before one of our writes."""

    rival: Callable[[], object]
    acted: list[bool] = field(default_factory=list)

    def put(
        self,
        key: str,
        content: bytes | IO[bytes],
        *,
        over: str | None,
        content_type: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> bool:
        if not self.acted:
            self.acted.append(True)
            self.rival()
        return super().put(key, content, over=over, content_type=content_type, metadata=metadata)


def unreachable(store: Store) -> Store:
    """Return a store whose Region does not answer."""
    return UnreachableStore(s3=store.s3, bucket=store.bucket, region=store.region)


def overtaken(store: Store, rival: Callable[[], object]) -> Store:
    """Return a store in which `rival` acts before the first write."""
    return OvertakenStore(s3=store.s3, bucket=store.bucket, region=store.region, rival=rival)
