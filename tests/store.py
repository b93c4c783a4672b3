"""obstore's store over the S3 client, for tests in moto, which obstore cannot reach."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError
from obstore.exceptions import GenericError, InvalidPathError, PermissionDeniedError

from lake.listing import Bucket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef
    from obstore import GetOptions, GetResult, ObjectMeta

_ERRORS: Mapping[str, type[Exception]] = {
    "NoSuchKey": FileNotFoundError,
    "NoSuchVersion": FileNotFoundError,
    "InvalidObjectState": PermissionDeniedError,
}


@dataclass(frozen=True)
class Content:
    """What a GET gives."""

    body: bytes
    meta: "ObjectMeta"

    def stream(self, min_chunk_size: int) -> Iterator[bytes]:
        return (self.body[start : start + min_chunk_size] for start in range(0, len(self.body), min_chunk_size))

    def bytes(self) -> bytes:
        return self.body


@dataclass(frozen=True)
class ClientStore:
    """Lists and reads as obstore does, keys that it cannot name included."""

    client: "S3Client"
    bucket: str

    def list(self, prefix: str, *, offset: str | None, chunk_size: int) -> "Iterator[Sequence[ObjectMeta]]":
        _named(offset or "")
        try:
            listed = self.client.list_objects_v2(Bucket=self.bucket, Prefix=prefix, StartAfter=offset or "")
        except ClientError as error:
            raise GenericError(str(error)) from error
        metas = [_meta(found) for found in listed.get("Contents", [])]
        for start in range(0, len(metas), chunk_size):
            page = metas[start : start + chunk_size]
            for meta in page:
                _named(meta["path"], InvalidPathError)
            yield page

    def get(self, path: str, *, options: "GetOptions") -> "GetResult":
        _named(path)
        request: GetObjectRequestTypeDef = {"Bucket": self.bucket, "Key": path}
        if version := options.get("version"):
            request["VersionId"] = version
        if within := options.get("range"):
            first, beyond = cast("tuple[int, int]", within)
            request["Range"] = f"bytes={first}-{beyond - 1}"
        try:
            found = self.client.get_object(**request)
        except ClientError as error:
            raise _ERRORS.get(error.response["Error"]["Code"], GenericError)(str(error)) from error
        meta = {"path": path, "e_tag": found["ETag"], "size": found["ContentLength"], "version": found["VersionId"]}
        return cast("GetResult", Content(found["Body"].read(), cast("ObjectMeta", meta)))


def _named(path: str, error: type[Exception] = ValueError) -> None:
    if "//" in path:
        raise error(path)


def _meta(found: Mapping[str, object]) -> "ObjectMeta":
    return cast(
        "ObjectMeta",
        {
            "path": str(found["Key"]).rstrip("/"),
            "e_tag": found["ETag"],
            "size": found["Size"],
            "last_modified": found["LastModified"],
            "version": None,
        },
    )


def bucket_of(client: "S3Client", name: str) -> Bucket:
    """Return a bucket in moto."""
    return Bucket(name, client, ClientStore(client, name))
