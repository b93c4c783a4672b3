"""Waits until S3 has copied versions to the other Region: a copy under way would come after the erasure."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from lake.s3_errors import is_absent
from ops.erase.asked import RefusedError
from ops.registry.store import Store
from ops.versions import Version

if TYPE_CHECKING:
    from mypy_boto3_s3.literals import ReplicationStatusType

_PENDING: "Final[ReplicationStatusType]" = "PENDING"
_SECONDS_BETWEEN_LOOKS: Final = 10.0
# Twice what S3's replication time control promises.
_LOOKS: Final = 180


def wait_for_copies(store: Store, versions: Iterable[Version], *, sleep: Callable[[float], object]) -> None:
    """Return once none of the versions is being copied; raise `RefusedError` where that takes too long."""
    for version in versions:
        if version.is_marker:
            continue
        for _ in range(_LOOKS):
            if not _is_pending(store, version):
                break
            sleep(_SECONDS_BETWEEN_LOOKS)
        else:
            why = "S3 is still copying it to the other Region: nothing is erased yet, run this again later"
            raise RefusedError(f"{version.key}: {why}")


def _is_pending(store: Store, version: Version) -> bool:
    try:
        found = store.s3.head_object(Bucket=store.bucket, Key=version.key, VersionId=version.version_id)
    except ClientError as error:
        if not is_absent(error):
            raise
        return False
    return found.get("ReplicationStatus") == _PENDING
