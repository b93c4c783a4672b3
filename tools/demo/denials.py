"""Writes that the bucket's policy must refuse to everybody but root, tried as a role that may do anything else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from schemas.keys.grammar import ArtifactKind
from schemas.keys.layout import MODELS_KEY, ArtifactKey, ManifestKey, ScoreKey
from tools.local.endpoint import Endpoint
from tools.local.roles import s3_role

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ROLE: Final = "DemoWriter"
_MANIFEST: Final = str(ManifestKey("manifest_20251105_a7f3e9c2"))
_RUBRIC: Final = str(ArtifactKey(ArtifactKind.RUBRIC, "rubric", "1.1", "9c4d12e7"))


@dataclass(frozen=True)
class Attempt:
    """A write that was tried, and the error code that refused it; None where it went through."""

    what: str
    refused_with: str | None


def try_denied_writes(endpoint: Endpoint, *, bucket: str, score_key: ScoreKey) -> Iterator[Attempt]:
    """Try each write and yield what became of it; raise ClientError where the role cannot do what it may."""
    credentials = s3_role(endpoint, _ROLE)
    s3 = endpoint.client("s3", credentials=credentials)
    plain = endpoint.client("s3", credentials=credentials, tls=False)
    # Without this, a role that can do nothing at all would look like a bucket that refuses everything.
    s3.get_object(Bucket=bucket, Key=MODELS_KEY)
    for what, attempt in _attempts(s3, plain, bucket, str(score_key)):
        try:
            attempt()
        except ClientError as error:
            yield Attempt(what, error.response["Error"]["Code"])
        else:
            yield Attempt(what, None)


def _attempts(
    s3: "S3Client", plain: "S3Client", bucket: str, score_key: str
) -> Iterator[tuple[str, Callable[[], object]]]:
    yield (
        "encryption with another key",
        lambda: s3.put_object(Bucket=bucket, Key=score_key, Body=b"{}", ServerSideEncryption="aws:kms"),
    )
    yield "a manifest without if-none-match", lambda: s3.put_object(Bucket=bucket, Key=_MANIFEST, Body=b"{}")
    yield "models.json without if-match", lambda: s3.put_object(Bucket=bucket, Key=MODELS_KEY, Body=b"[]")
    yield "deleting models.json", lambda: s3.delete_object(Bucket=bucket, Key=MODELS_KEY)
    yield "deleting a rubric", lambda: s3.delete_object(Bucket=bucket, Key=_RUBRIC)
    yield "plain HTTP", lambda: plain.get_object(Bucket=bucket, Key=MODELS_KEY)
