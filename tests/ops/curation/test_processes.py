"""Parts in processes; that they make the same bytes is tried on the embedded AWS, `tests/e2e/lake/test_parts.py`."""

from typing import Never

import pytest

from ops.curation.processes import PartsSideBySide
from ops.failures import UnusableError
from schemas.curation import PartTask


def test_a_part_that_fails_keeps_no_other_from_being_tried(caplog: pytest.LogCaptureFixture) -> None:
    def expired() -> Never:
        raise UnusableError("expired")

    read: list[int] = []
    tasks = [PartTask("2025-W45", digit * 64) for digit in "abc"]
    PartsSideBySide(expired, "lake", read.append, processes=2)(tasks)
    assert sorted(vars(record)["part"] for record in caplog.records) == [task.digest for task in tasks]
    assert {record.getMessage() for record in caplog.records} == {"part failed"}
    assert read == []
