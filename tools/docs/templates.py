"""The stacks that the app declares, as their CloudFormation templates describe them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

Json = Mapping[str, object]

_STACK_ARTIFACT: Final = "aws:cloudformation:stack"


@dataclass(frozen=True)
class Resource:
    """One resource of a template; its references are plain."""

    logical_id: str
    type: str
    properties: Json


@dataclass(frozen=True)
class Declared:
    """A stack's name, Region and template."""

    name: str
    region: str
    template: Json

    def resources(self, *types: str) -> list[Resource]:
        """Return the resources of these types, or all, in the order of their logical ids."""
        found = cast("Mapping[str, Json]", self.template.get("Resources", {}))
        return [
            Resource(logical_id, str(resource["Type"]), cast("Json", plain(resource.get("Properties", {}))))
            for logical_id, resource in sorted(found.items())
            if not types or resource["Type"] in types
        ]


def read_assembly(folder: Path) -> list[Declared]:
    """Return the stacks of a CDK output folder, by name; `OSError` where there is none."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    stacks = []
    for identifier, artifact in manifest["artifacts"].items():
        if artifact["type"] == _STACK_ARTIFACT:
            properties = artifact["properties"]
            template = json.loads((folder / properties["templateFile"]).read_text(encoding="utf-8"))
            region = artifact["environment"].rpartition("/")[2]
            stacks.append(Declared(properties.get("stackName", identifier), region, template))
    return sorted(stacks, key=lambda stack: stack.name)


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
