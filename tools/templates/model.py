"""Stacks by their CloudFormation templates, in which references are text such as `${LakeBucket.Arn}`."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from schemas.names import PRIMARY_REGION, Names, Part

Json = Mapping[str, object]
Path = tuple[str, ...]
Address = tuple[str, str]
"""A resource's stack and logical id."""

# What CDK appends to a logical id, so that two constructs never share one.
_HASH: Final = re.compile(r"(?<=.)[0-9A-F]{8}$")
_PHYSICAL_NAMES: Final = (
    "BucketName",
    "TableName",
    "FunctionName",
    "RoleName",
    "QueueName",
    "TopicName",
    "AlarmName",
    "DashboardName",
    "ManagedPolicyName",
    "StateMachineName",
    "DataSetId",
    "Name",
)

_OPTIONAL: Final = frozenset(Names().stack(part) for part in Part if part.optional)


class TemplateError(ValueError):
    """A text that is no template; the message is one line."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a stack; `body` is all that the template says about it, its type included."""

    stack: str
    logical_id: str
    body: Json

    @property
    def address(self) -> Address:
        """Stack and logical id, which together are what CloudFormation knows a resource by."""
        return self.stack, self.logical_id

    @property
    def type(self) -> str:
        """Such as `AWS::S3::Bucket`."""
        return str(self.body.get("Type", ""))

    @property
    def properties(self) -> Json:
        """The resource's properties; empty where it has none."""
        return mapping(self.body.get("Properties"))

    @cached_property
    def name(self) -> str:
        """What a person calls it: its physical name, or its logical id without CDK's hash."""
        owner = self.type in ("AWS::Lambda::Permission", "AWS::Lambda::EventInvokeConfig")
        names = [] if owner else [self.properties.get(key) for key in _PHYSICAL_NAMES]
        names += [mapping(self.properties.get(key)).get("Name") for key in ("TableInput", "DatabaseInput")]
        texts = (name for name in names if isinstance(name, str) and name)
        return next(texts, plain_id(self.logical_id))

    def at(self, *path: str) -> object:
        """Return what lies at a path of keys in the properties, or None."""
        return dig(self.properties, path)


@dataclass(frozen=True)
class Stack:
    """A stack's name and template."""

    name: str
    template: Json

    @property
    def region(self) -> str:
        """The Region that it is deployed to."""
        return region(self.name)

    @cached_property
    def resources(self) -> Sequence[Resource]:
        """All resources in the template's order."""
        found = mapping(self.template.get("Resources"))
        return [Resource(stack=self.name, logical_id=key, body=mapping(body)) for key, body in found.items()]

    @property
    def rest(self) -> Json:
        """What the template says besides its resources."""
        return {key: value for key, value in self.template.items() if key != "Resources"}

    def of(self, *types: str) -> list[Resource]:
        """Return the resources of these types."""
        return [resource for resource in self.resources if resource.type in types]


@dataclass(frozen=True)
class Lake:
    """All stacks of one revision, by name."""

    stacks: Sequence[Stack]

    @cached_property
    def resources(self) -> Mapping[Address, Resource]:
        """All resources by stack and logical id."""
        return {resource.address: resource for stack in self.stacks for resource in stack.resources}

    @property
    def optional(self) -> "Lake":
        """The stacks that a deployment may do without, as their own lake."""
        return Lake([stack for stack in self.stacks if stack.name in _OPTIONAL])

    @property
    def required(self) -> "Lake":
        """The other stacks."""
        return Lake([stack for stack in self.stacks if stack.name not in _OPTIONAL])

    def of(self, *types: str) -> list[Resource]:
        """Return the resources of these types, whatever their stack."""
        return [resource for resource in self.resources.values() if resource.type in types]


def region(stack: str) -> str:
    """Return the Region that the stack of a name is deployed to."""
    return next((part.region for part in Part if Names().stack(part) == stack), PRIMARY_REGION)


def parse_lake(templates: Mapping[str, str]) -> Lake:
    """Return the stacks from templates as texts by name; raise `TemplateError` for one that is none."""
    return Lake([Stack(name, _parse(name, text)) for name, text in sorted(templates.items())])


def _parse(stack: str, text: str) -> Json:
    try:
        template = json.loads(text)
    except ValueError as error:
        raise TemplateError(f"template of {stack}: not JSON: {error}") from None
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise TemplateError(f"template of {stack}: expected a template, an object with Resources")
    for logical_id, body in template["Resources"].items():
        if not isinstance(body, dict):
            raise TemplateError(f"template of {stack}: resource {logical_id}: expected an object")
    return template


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


def plain_id(logical_id: str) -> str:
    """Return a logical id without the hash that CDK appends."""
    return _HASH.sub("", logical_id)


def mapping(value: object) -> Json:
    """Return an object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> Sequence[object]:
    """Return a list, a single value as a list of one, and nothing for nothing."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def dig(value: object, path: Path) -> object:
    """Return what lies at a path of keys, or None."""
    for step in path:
        value = mapping(value).get(step)
    return value


def canonical(value: object) -> str:
    """Return a value as text that is equal where the value is."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
