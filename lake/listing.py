"""Lists and reads the objects of a bucket at a fraction of what the S3 client needs of the processor."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from obstore.exceptions import BaseError, PermissionDeniedError

from lake.archive import ARCHIVED_CODE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mypy_boto3_s3 import S3Client
    from obstore import GetOptions, GetResult, ObjectMeta

# As many as S3 lists at a time.
_PAGE: Final = 1000


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
        """Yield the objects of a folder, which ends with '/', in key order, those whose keys come after `after`."""
        return chain.from_iterable(self.pages(folder, after=after))

    def pages(self, folder: str, *, after: str | None = None) -> Iterator[list[ListedObject]]:
        """Yield the objects of a folder as `objects` does, in lists of up to a thousand, none of them empty.

        obstore fails at keys with empty or dotted segments or control characters, as `after` or in a page. Where it
        fails the S3 client goes on, or raises the error that callers know.
        """
        last = after
        try:
            for page in self.store.list(folder, offset=after, chunk_size=_PAGE):
                if found := [*map(_listed, page)]:
                    last = found[-1].key
                    yield found
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
            if ARCHIVED_CODE not in str(error):
                raise
            return None

    def _by_client(self, folder: str, *, after: str | None) -> Iterator[list[ListedObject]]:
        pages = self.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.name, Prefix=folder, StartAfter=after or ""):
            if found := page.get("Contents"):
                yield [
                    ListedObject(each["Key"], each["ETag"].strip('"'), each["Size"], each["LastModified"])
                    for each in found
                ]


def _listed(meta: "ObjectMeta") -> ListedObject:
    found = (meta["path"], (meta["e_tag"] or "").strip('"'), meta["size"], meta["last_modified"])
    # As the class itself makes one, at a third of the time.
    return tuple.__new__(ListedObject, found)
