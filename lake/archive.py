"""How S3 says that an object cannot be read, because the lifecycle has archived it."""

from collections.abc import Mapping
from typing import Final

# The classes of the lifecycle's rules whose objects have to be restored before a GET.
ARCHIVE_CLASSES: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})
# What S3 answers to a GET of an object that has to be restored.
ARCHIVED_CODE: Final = "InvalidObjectState"


def is_archived(listed: Mapping[str, object]) -> bool:
    """Return whether an object has to be restored; one that was keeps its storage class, and has an expiry date.

    The listing must have asked for `RestoreStatus`:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreStatus.html
    """
    status = listed.get("RestoreStatus")
    restored = isinstance(status, Mapping) and "RestoreExpiryDate" in status
    return listed.get("StorageClass") in ARCHIVE_CLASSES and not restored
