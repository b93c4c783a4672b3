"""The synthesized stacks."""

import pytest

from tests.stacks.synthesis import SynthesizedStack, synthesize


@pytest.fixture(scope="session")
def stacks() -> dict[str, SynthesizedStack]:
    """All stacks of the copy without a stage, by name."""
    return synthesize()


@pytest.fixture(scope="session")
def replica(stacks: dict[str, SynthesizedStack]) -> SynthesizedStack:
    return stacks["SocraticBenchReplica"]


@pytest.fixture(scope="session")
def index(stacks: dict[str, SynthesizedStack]) -> SynthesizedStack:
    return stacks["SocraticBenchIndex"]


@pytest.fixture(scope="session")
def storage(stacks: dict[str, SynthesizedStack]) -> SynthesizedStack:
    return stacks["SocraticBenchStorage"]


@pytest.fixture(scope="session")
def catalog(stacks: dict[str, SynthesizedStack]) -> SynthesizedStack:
    return stacks["SocraticBenchCatalog"]


@pytest.fixture(scope="session")
def curation(stacks: dict[str, SynthesizedStack]) -> SynthesizedStack:
    return stacks["SocraticBenchCuration"]


@pytest.fixture(scope="session")
def access(stacks: dict[str, SynthesizedStack]) -> SynthesizedStack:
    return stacks["SocraticBenchAccess"]


@pytest.fixture(scope="session")
def observability(stacks: dict[str, SynthesizedStack]) -> SynthesizedStack:
    return stacks["SocraticBenchObservability"]


@pytest.fixture(scope="session")
def replica_observability(stacks: dict[str, SynthesizedStack]) -> SynthesizedStack:
    return stacks["SocraticBenchReplicaObservability"]
