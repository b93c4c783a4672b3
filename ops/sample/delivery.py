"""Brings a sample to where it is wanted: a folder, or a bucket."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ops.aws import CONNECTIONS
from ops.parallel import in_parallel
from ops.sample.objects import SampleObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def to_folder(objects: Iterable[SampleObject], folder: Path) -> Iterator[SampleObject]:
    """Write each object to the file that its key names below the folder; yield it once written."""
    made: set[Path] = set()
    for sample in objects:
        path = folder / sample.key
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_bytes(sample.body)
        yield sample


def to_bucket(
    objects: Iterable[SampleObject], *, s3: "S3Client", bucket: str, workers: int = CONNECTIONS
) -> Iterator[SampleObject]:
    """Put the objects side by side; yield each once it is stored, in their order."""
    return in_parallel(_putting(s3, bucket), objects, workers=workers)


def _putting(s3: "S3Client", bucket: str) -> Callable[[SampleObject], SampleObject]:
    def put(sample: SampleObject) -> SampleObject:
        s3.put_object(Bucket=bucket, Key=sample.key, Body=sample.body)
        return sample

    return put
