import pytest

from tests.ops.conftest import Deployed
from tests.ops.erase.lake import Lake


@pytest.fixture
def lake(deployed: Deployed) -> Lake:
    return Lake(deployed, copies=True)


@pytest.fixture
def _parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make each run of a week a part of it."""
    for module in ("plan", "curator", "steps"):
        monkeypatch.setattr(f"lambdas.curate_week.{module}.PART_WORK", 1)
