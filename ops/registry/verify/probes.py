"""Requests that a bucket's policy must refuse, made so that nothing changes even where it lets them through.

The conditions on `s3:if-none-match` and `s3:ObjectCreationOperation` are S3's own. The embedded AWS knows them
because it was taught, so only a bucket on AWS proves them.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from ops.registry.store import Store
from schemas.keys.layout import MODELS_KEY, RAW_PREFIX, ManifestKey

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_DENIED: Final = "AccessDenied"
# Where the caller's own policies end the request, S3 never asked the bucket's:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
_BY_THE_CALLER: Final = "no identity-based policy allows"
# What follows where no policy refused; any other error may have come before the policies were asked.
_AFTER_THE_POLICIES: Final = ("", "PreconditionFailed", "NoSuchVersion")
# Well-formed, and no version of anything: who may delete it deletes nothing.
_NO_VERSION: Final = "3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo"
# A key below a write-once prefix that nobody writes: a delete marker there hides nothing.
_NO_MANIFEST: Final = str(ManifestKey("manifest_00010101_00000000"))
_NO_RUN: Final = f"{RAW_PREFIX}none"


class Answer(StrEnum):
    """What the bucket did with a request that it must refuse."""

    REFUSED = "refused"
    LET_THROUGH = "let through"
    UNPROVEN = "unproven"


@dataclass(frozen=True)
class Probe:
    """A request, where it was made, and the answer; `detail` is the error code, empty where there was none."""

    what: str
    region: str
    answer: Answer
    detail: str


def probe(store: Store, *, artifact: str) -> Iterator[Probe]:
    """Yield what the bucket does with each request; `artifact` and the models must be there, and are not changed.

    A caller who may not write at all is refused everything, which proves nothing about the bucket.
    """
    may_write = _error(lambda: _create(store, artifact))[0] == "PreconditionFailed"
    for what, request in _requests(store, artifact):
        code, message = _error(request)
        answer = Answer.UNPROVEN
        if code in _AFTER_THE_POLICIES:
            answer = Answer.LET_THROUGH
        elif code == _DENIED and may_write and _BY_THE_CALLER not in message:
            answer = Answer.REFUSED
        yield Probe(what, store.region, answer, code)


def _error(request: Callable[[], object]) -> tuple[str, str]:
    """Return the code and message that a request is answered with, empty where it succeeds."""
    try:
        request()
    except ClientError as error:
        answer = error.response["Error"]
        return answer["Code"], answer.get("Message", "")
    return "", ""


def _create(store: Store, key: str) -> object:
    return store.s3.put_object(Bucket=store.bucket, Key=key, Body=_content(store, key), IfNoneMatch="*")


def _content(store: Store, key: str) -> bytes:
    found = store.read(key)
    return found.content if found else b""


def _requests(store: Store, artifact: str) -> Iterator[tuple[str, Callable[[], object]]]:
    s3, bucket = store.s3, store.bucket
    same, models = _content(store, artifact), _content(store, MODELS_KEY)
    yield (
        "replace an artifact without if-none-match",
        lambda: s3.put_object(Bucket=bucket, Key=artifact, Body=same),
    )
    yield (
        "complete an upload in parts without if-none-match",
        lambda: _upload_in_parts(s3, bucket, artifact, same),
    )
    yield (
        "replace models.json without if-match",
        lambda: s3.put_object(Bucket=bucket, Key=MODELS_KEY, Body=models),
    )
    yield (
        "encrypt with another key",
        lambda: s3.put_object(
            Bucket=bucket, Key=artifact, Body=same, IfNoneMatch="*", ServerSideEncryption="aws:kms"
        ),
    )
    yield "delete below a write-once prefix", lambda: s3.delete_object(Bucket=bucket, Key=_NO_MANIFEST)
    yield (
        "delete a version of an artifact",
        lambda: s3.delete_object(Bucket=bucket, Key=artifact, VersionId=_NO_VERSION),
    )
    yield (
        "delete a version of models.json",
        lambda: s3.delete_object(Bucket=bucket, Key=MODELS_KEY, VersionId=_NO_VERSION),
    )
    yield "delete a version of a run", lambda: s3.delete_object(Bucket=bucket, Key=_NO_RUN, VersionId=_NO_VERSION)


def _upload_in_parts(s3: "S3Client", bucket: str, key: str, content: bytes) -> None:
    """Upload in parts; only the last request creates the object, so only that one is refused.

    A failure to clean up is not the answer: the bucket aborts what is left by itself.
    """
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    try:
        etag = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=content)["ETag"]
        s3.complete_multipart_upload(
            Bucket=bucket,
            Key=key,
            UploadId=upload,
            MultipartUpload={"Parts": [{"ETag": etag, "PartNumber": 1}]},
        )
    except ClientError:
        with suppress(ClientError):
            s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
        raise
