"""A stack's CloudFormation template, its references and joins written as text such as `${LakeBucket.Arn}`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from schemas.names import PRIMARY_REGION, Names, Part

Json = Mapping[str, object]


@dataclass(frozen=True)
class Resource:
    """One resource of a template; its references are plain."""

    logical_id: str
    type: str
    properties: Json


@dataclass(frozen=True)
class Declared:
    """A stack's name and template."""

    name: str
    template: Json

    @property
    def region(self) -> str:
        """The Region in which the stack of that name is deployed."""
        regions = {Names().stack(part): part.region for part in Part}
        return regions.get(self.name, PRIMARY_REGION)

    def resources(self, *types: str) -> list[Resource]:
        """Return the resources of these types, or all, in the order of their logical ids."""
        found = cast("Mapping[str, Json]", self.template.get("Resources", {}))
        return [
            Resource(logical_id, str(resource["Type"]), cast("Json", plain(resource.get("Properties", {}))))
            for logical_id, resource in sorted(found.items())
            if not types or resource["Type"] in types
        ]


def plain(value: object) -> object:
    """Return a template with its references and joins written as one string, as `Fn::Sub` would read them."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    text = _reference(value) if len(value) == 1 else None
    return {key: plain(item) for key, item in value.items()} if text is None else text


def _reference(value: Json) -> str | None:
    match value:
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Join": ["", [*parts]]}:
            return "".join(str(plain(part)) for part in parts)
        case {"Fn::Sub": str(text)}:
            return text
        case _:
            return None
