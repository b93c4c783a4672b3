"""Resources and the arrows between them, as the templates alone tell of both."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

from tools.templates.model import Declared, Json, Resource

_NAMES: Final = ("BucketName", "TableName", "FunctionName", "QueueName", "TopicName", "Name", "DashboardName")
_LOCATION: Final = ("TableInput", "StorageDescriptor", "Location")
_HASH: Final = re.compile(r"[0-9A-F]{8}$")
_WRITES: Final = ("s3:PutObject", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem")
_READS: Final = ("s3:GetObject", "dynamodb:Query", "dynamodb:Scan")


@dataclass(frozen=True)
class Node:
    """A resource in the picture: its id there, its name and by what other templates speak of it."""

    id: str
    stack: Declared
    resource: Resource

    @property
    def name(self) -> str:
        """The physical name, or the logical id without CDK's hash."""
        named = next((self.resource.properties[key] for key in _NAMES if key in self.resource.properties), None)
        text = str(named) if named else _HASH.sub("", self.resource.logical_id)
        return text.replace("${AWS::AccountId}", "ACCOUNT")

    def is_named_by(self, text: str, stack: Declared) -> bool:
        """Whether a template's text is this resource, by reference within its stack or by its name in an ARN."""
        own = f"${{{self.resource.logical_id}"
        if stack is self.stack and text.startswith((f"{own}}}", f"{own}.Arn}}")):
            return True
        named = text.replace("${AWS::AccountId}", "ACCOUNT")
        return bool(re.fullmatch(rf"arn:aws:.*[:/]{re.escape(self.name)}(/.*)?", named))


@dataclass(frozen=True, order=True)
class Edge:
    """An arrow between two nodes, by their ids."""

    start: str
    arrow: str
    end: str
    label: str = ""

    def line(self) -> str:
        """Return it as Mermaid."""
        label = f'|"{self.label}"|' if self.label else ""
        return f"  {self.start} {self.arrow}{label} {self.end}\n"


def node(stack: Declared, resource: Resource) -> Node:
    """Return a resource as a node; its id keeps when its logical id changes in CDK's hash alone."""
    return Node(f"{stack.name}_{_HASH.sub('', resource.logical_id)}", stack, resource)


def many_id(stack: Declared, resource_type: str) -> str:
    """Return the id of all resources of a type in a stack, drawn as one."""
    return f"{stack.name}_{plain(resource_type)}"


def plain(text: str) -> str:
    """Return a text as an id may hold it."""
    return re.sub(r"\W+", "_", text)


def edges(stack: Declared, drawn: Sequence[Node]) -> Iterator[Edge]:
    """Yield the arrows that a stack's template tells of."""

    def found(text: object) -> Iterator[str]:
        return (node.id for node in drawn if node.is_named_by(str(text), stack))

    for node in (node for node in drawn if node.stack is stack):
        for arrow, label, target in _own(node.resource):
            yield from (Edge(node.id, arrow, end, label) for end in found(target))
    for invoke in stack.resources("AWS::Lambda::EventInvokeConfig"):
        failed = _at(invoke.properties, "DestinationConfig", "OnFailure", "Destination")
        for start in found(invoke.properties["FunctionName"]):
            yield from (Edge(start, "-->", end, "failed") for end in found(failed))
    for alarm in stack.resources("AWS::CloudWatch::Alarm"):
        for action in _list(alarm.properties.get("AlarmActions")):
            yield from (Edge(many_id(stack, alarm.type), "==>", end) for end in found(action))
    for table in stack.resources("AWS::Glue::Table"):
        bucket, _, key = str(_at(table.properties, *_LOCATION)).removeprefix("s3://").partition("/")
        ends = found(f"arn:aws:s3:::{bucket}")
        yield from (Edge(many_id(stack, table.type), "-.->", end, f"{key.partition('/')[0]}/") for end in ends)
    yield from _permitted(stack, drawn)


def _own(resource: Resource) -> Iterator[tuple[str, str, object]]:
    """Yield arrow, label and target of what a resource itself says."""
    properties = resource.properties
    for heard in _list(_at(properties, "NotificationConfiguration", "LambdaConfigurations")):
        rules = {str(rule["Name"]).lower(): rule["Value"] for rule in _list(_at(heard, "Filter", "S3Key", "Rules"))}
        yield "==>", f"new {rules.get('prefix', '')}", heard["Function"]
    for copied in _list(_at(properties, "ReplicationConfiguration", "Rules")):
        yield "==>", f"copies {_at(copied, 'Filter', 'Prefix')}", _at(copied, "Destination", "Bucket")
    if resource.type == "AWS::Scheduler::Schedule":
        yield "==>", str(properties["ScheduleExpression"]), _at(properties, "Target", "Arn")
        yield "-->", "undelivered", _at(properties, "Target", "DeadLetterConfig", "Arn")


def _permitted(stack: Declared, drawn: Sequence[Node]) -> Iterator[Edge]:
    """Yield what the stack's functions may write and read, by their roles' policies."""
    holders = {
        str(_at(node.resource.properties, "Role")).removesuffix(".Arn}") + "}": node
        for node in drawn
        if node.stack is stack and node.resource.type == "AWS::Lambda::Function"
    }
    for policy in stack.resources("AWS::IAM::Policy"):
        users = [holders[role] for role in map(str, _list(policy.properties.get("Roles"))) if role in holders]
        for statement in _list(_at(policy.properties, "PolicyDocument", "Statement")):
            arrows = {
                arrow
                for arrow, actions in (("-->", _WRITES), ("-.->", _READS))
                if {*actions} & {*map(str, _list(statement["Action"]))}
            }
            for text in map(str, _list(statement["Resource"])):
                for end in (node.id for node in drawn if node.is_named_by(text, stack)):
                    label = text.partition("/")[2].rstrip("*") if ":s3:" in text else ""
                    yield from (Edge(user.id, arrow, end, label) for user in users for arrow in arrows)


def _at(value: object, *path: str) -> object:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _list(value: object) -> list[Json]:
    """Return a list, one value as a list, and nothing as none."""
    return cast("list[Json]", value if isinstance(value, list) else [] if value is None else [value])
