"""Lists and reads the objects of a bucket at a fraction of what the S3 client needs of the processor."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from obstore.exceptions import BaseError, PermissionDeniedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mypy_boto3_s3 import S3Client
    from obstore import GetOptions, GetResult, ObjectMeta

# As many as S3 lists at a time.
_PAGE: Final = 1000
# S3's code for an object that has to be restored before it can be read.
_ARCHIVED: Final = "InvalidObjectState"


class ListedObject(NamedTuple):
    """An object as a listing describes it: `etag` without quotes, `size` in bytes, `modified` an aware time."""

    key: str
    etag: str
    size: int
    modified: datetime


class Store(Protocol):
    """What the listing needs of `obstore.store.S3Store`."""

    def list(self, prefix: str, *, offset: str | None, chunk_size: int) -> "Iterable[Sequence[ObjectMeta]]":
        """Yield the objects in a folder whose keys come after `offset`, as many together as `chunk_size` says."""
        ...

    def get(self, path: str, *, options: "GetOptions") -> "GetResult":
        """Return an object, or a part of it."""
        ...


@dataclass(frozen=True)
class Bucket:
    """A bucket by both of its clients: `store` is the fast one, `client` knows every key."""

    name: str
    client: "S3Client"
    store: Store

    def objects(self, folder: str, *, after: str | None = None) -> Iterator[ListedObject]:
        """Yield the objects of a folder, which ends with '/', in key order, those whose keys come after `after`.

        obstore fails at keys with empty or dotted segments or control characters, as `after` or in a page. Where it
        fails the S3 client goes on, or raises the error that callers know.
        """
        last = after
        try:
            for page in self.store.list(folder, offset=after, chunk_size=_PAGE):
                for found in page:
                    last = found["path"]
                    etag = (found["e_tag"] or "").strip('"')
                    yield ListedObject(last, etag, found["size"], found["last_modified"])
        except (BaseError, OSError, ValueError):
            yield from self._by_client(folder, after=last)

    def beginning(self, found: ListedObject, limit: int) -> bytes | None:
        """Return the first `limit` bytes of an object, None where it is gone, or archived, which no listing tells."""
        if not found.size:
            return b""
        try:
            answer = self.store.get(found.key, options={"range": (0, min(found.size, limit))})
            return bytes(answer.bytes())
        except FileNotFoundError:
            return None
        except PermissionDeniedError as error:
            if _ARCHIVED not in str(error):
                raise
            return None

    def _by_client(self, folder: str, *, after: str | None) -> Iterator[ListedObject]:
        pages = self.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.name, Prefix=folder, StartAfter=after or ""):
            for found in page.get("Contents", []):
                yield ListedObject(found["Key"], found["ETag"].strip('"'), found["Size"], found["LastModified"])
