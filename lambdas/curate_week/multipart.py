"""Uploads in parts, for files that one PUT does not take."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# At most 10,000 parts; one at a time is held in memory.
PART_BYTES: Final = 64 * 1024 * 1024


class Condition(TypedDict, total=False):
    """The condition of a write, as S3 takes it."""

    IfMatch: str
    IfNoneMatch: str


def put_in_parts(
    client: "S3Client", bucket: str, key: str, path: Path, *, metadata: Mapping[str, str], condition: Condition
) -> None:
    """Upload the file; the condition holds for its completion. What was uploaded is dropped where that fails."""
    upload = client.create_multipart_upload(
        # The SDK sends this checksum with each part. An upload that is declared to have one compares them all at
        # its completion, and one that is not may refuse the parts.
        Bucket=bucket,
        Key=key,
        Metadata=metadata,
        ChecksumAlgorithm="CRC32",
    )["UploadId"]
    try:
        parts: list[CompletedPartTypeDef] = []
        for number, content in enumerate(_parts(path), start=1):
            answer = client.upload_part(
                Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=content, ChecksumAlgorithm="CRC32"
            )
            parts.append({"PartNumber": number, "ETag": answer["ETag"], "ChecksumCRC32": answer["ChecksumCRC32"]})
        client.complete_multipart_upload(
            Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}, **condition
        )
    except BaseException:
        # What cannot be dropped now, the bucket's lifecycle drops; what failed is the error to report.
        with suppress(BotoCoreError, ClientError):
            client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
        raise


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while content := file.read(PART_BYTES):
            yield content
