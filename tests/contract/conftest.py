"""One lake with the demo's data and one Trino over it, for all checks that `make contract` runs."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.contract.contract import Contract
from tools.contract.lake import filled_lake
from tools.contract.server import trino


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="write Trino's answers on the corpus down")


@pytest.fixture(scope="session")
def contract() -> Iterator[Contract]:
    with filled_lake(today=datetime.now(UTC).date()) as (endpoint, lake), trino(endpoint) as url:
        yield Contract(endpoint=endpoint, deployment=lake.deployment, url=url)
