import pytest

from tests.ops.query.lake import Lake


@pytest.fixture
def lake(request: pytest.FixtureRequest) -> Lake:
    """Give a lake without objects."""
    request.getfixturevalue("moto")
    found = Lake()
    found.create()
    return found
