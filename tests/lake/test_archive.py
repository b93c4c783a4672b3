from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from lake.archive import is_archived

EXPIRY = datetime(2025, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ({}, False),
        ({"StorageClass": "STANDARD"}, False),
        ({"StorageClass": "GLACIER_IR"}, False),
        ({"StorageClass": "GLACIER"}, True),
        ({"StorageClass": "DEEP_ARCHIVE"}, True),
        ({"StorageClass": "DEEP_ARCHIVE", "RestoreStatus": {"IsRestoreInProgress": True}}, True),
        ({"StorageClass": "DEEP_ARCHIVE", "RestoreStatus": {"RestoreExpiryDate": EXPIRY}}, False),
    ],
)
def test_what_must_be_restored_before_it_is_read(listed: Mapping[str, object], expected: bool) -> None:  # noqa: FBT001 - from the table
    assert is_archived(listed) is expected
