"""Which function reads which resource type, and what no function can read, with the reason.

A type or property in neither table is a difference, so that a new one cannot go unread by oversight.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tools.local.endpoint import Endpoint

Properties = Mapping[str, object]


@dataclass(frozen=True)
class Resource:
    """A deployed resource of a template."""

    stack: str
    region: str
    logical_id: str
    type: str
    physical_id: str
    properties: Properties
    """What the template asks for, its references resolved."""

    def text(self, name: str) -> str:
        """Return a property as text, empty where the template has none."""
        value = self.properties.get(name, "")
        return str(value)

    def texts(self, name: str) -> list[str]:
        """Return a property that is a list of text, empty where the template has none."""
        value = self.properties.get(name, [])
        return [str(item) for item in value] if isinstance(value, list) else []


Reader = Callable[[Endpoint, Resource], Properties]
"""Returns the properties that the service reports, under CloudFormation's names and in its shapes.

A property that it returns although the template lacks it is ignored: services report defaults.
"""

READERS: Final[dict[str, Reader]] = {}

UNREPORTED_TYPES: Final[Mapping[str, str]] = {
    "AWS::CDK::Metadata": "usage statistics of the CDK, nothing that runs",
}

UNREPORTED_PROPERTIES: Final[Mapping[tuple[str, str], str]] = {
    ("AWS::Lambda::Function", "Code"): "Lambda reports a digest, not the asset's key; end-to-end tests run the code",
}


# Types whose lists have an order that means something: a table's columns, and the keys of its partitions.
ORDERED_TYPES: Final = frozenset({"AWS::Glue::Table"})


def reader(resource_type: str) -> Callable[[Reader], Reader]:
    """Register the decorated function as the reader of a resource type."""

    def register(function: Reader) -> Reader:
        READERS[resource_type] = function
        return function

    return register


def stated(**properties: object) -> dict[str, object]:
    """Return the properties that have a value: a service leaves out, or reports empty, what was never set."""
    return {name: value for name, value in properties.items() if value not in (None, "", [], {})}
