"""Which stacks `ops drift` compares: those of the lake, and of the optional ones those that are there."""

import pytest

from ops.cli import main
from ops.drift import command
from ops.drift.finding import Finding
from ops.drift.stack import DeployedStack
from schemas.names import PRIMARY_REGION, Names, Part
from tests.ops.conftest import Regions


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the stacks that are compared, which have no finding."""
    found: list[str] = []

    def none(_: object, stack: str, **__: object) -> list[Finding]:
        found.append(stack)
        return []

    monkeypatch.setattr(command, "setting_findings", none)
    monkeypatch.setattr(command, "policy_findings", lambda *_, **__: [])
    monkeypatch.setattr(DeployedStack, "read", lambda *_: None)
    return found


@pytest.mark.usefixtures("moto")
def test_an_optional_stack_is_compared_where_it_is_deployed(regions: Regions, compared: list[str]) -> None:
    required = [Names().stack(part) for part in Part if not part.optional]
    assert main(["drift"]) == 0
    assert compared == required
    compared.clear()
    regions[PRIMARY_REGION].stacks[Names().stack(Part.DASHBOARDS)] = {}
    assert main(["drift"]) == 0
    assert compared == [*required, Names().stack(Part.DASHBOARDS)]
