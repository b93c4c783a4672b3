"""Accepted templates: references are text such as `${LakeBucketB1D32E10.Arn}`."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

Json = Mapping[str, object]
Path = tuple[str, ...]
Address = tuple[str, str]
"""A resource's stack and logical id."""

# What CDK appends to a logical id, so that two constructs never share one.
_HASH: Final = re.compile(r"(?<=[A-Za-z])[0-9A-F]{8}$")
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
    "Name",
)
# By these the items of a list are recognised, so that a new first item does not change all the others.
_ITEM_NAMES: Final = ("Id", "IndexName", "Name", "PolicyName", "AttributeName", "Key", "Sid")


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


@dataclass(frozen=True, kw_only=True)
class Lake:
    """All stacks of one revision: their resources, and what else each template says."""

    resources: Mapping[Address, Resource]
    rest: Mapping[str, Json]


def parse_lake(templates: Mapping[str, str]) -> Lake:
    """Return the templates, given as texts by stack; raise `TemplateError` for one that is none."""
    resources: dict[Address, Resource] = {}
    rest: dict[str, Json] = {}
    for stack, text in templates.items():
        template = _parse(stack, text)
        for logical_id, body in mapping(template["Resources"]).items():
            if not isinstance(body, dict):
                raise TemplateError(f"template of {stack}: resource {logical_id}: expected an object")
            resource = Resource(stack=stack, logical_id=logical_id, body=body)
            resources[resource.address] = resource
        rest[stack] = {key: value for key, value in template.items() if key != "Resources"}
    return Lake(resources=resources, rest=rest)


def _parse(stack: str, text: str) -> Json:
    try:
        template = json.loads(text)
    except ValueError as error:
        raise TemplateError(f"template of {stack}: not JSON: {error}") from None
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise TemplateError(f"template of {stack}: expected a template, an object with Resources")
    return template


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


@dataclass(frozen=True)
class Leaf:
    """A place where two values differ; None stands for absent."""

    path: Path
    before: object
    after: object


def differences(before: object, after: object, path: Path = ()) -> Iterator[Leaf]:
    """Yield the innermost differences; lists of named items are compared item by item, other lists as a whole."""
    if canonical(before) == canonical(after):
        return
    old, new = _keyed(before), _keyed(after)
    if old is None or new is None:
        yield Leaf(path, before, after)
        return
    inner = [leaf for key in _union(old, new) for leaf in differences(old.get(key), new.get(key), (*path, key))]
    # Only the order differs, or null stands where the other has nothing.
    yield from inner or [Leaf(path, before, after)]


def _keyed(value: object) -> Json | None:
    if isinstance(value, dict):
        return value
    if not isinstance(value, list) or not value:
        return None
    for name in _ITEM_NAMES:
        keys = [mapping(item).get(name) for item in value]
        texts = [key for key in keys if isinstance(key, str)]
        if len(set(texts)) == len(value):
            return dict(zip(texts, value, strict=True))
    return None


def _union(before: Json, after: Json) -> list[str]:
    return [*before, *(key for key in after if key not in before)]
