"""`docs/architecture.md`: what runs where and who reaches whom, drawn from the templates alone."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tools.templates.grants import Side, grants
from tools.templates.model import Lake, Resource, Stack, dig, items, mapping, plain_id, region as region_of

_HEAD: Final = """\
# Architecture

Made by `make docs` from the templates of all stacks; a test fails where it is not what they say. A box is a stack in
its Region. A thick arrow is an event, a schedule, a call or a copy; a thin one says what a function may write (→) and
read (dotted), or a table; failures go to queues. Who else may do what: [iam.md](iam.md).

"""
# What is drawn, and Mermaid's shape of it.
_SHAPES: Final = {
    "AWS::S3::Bucket": ("bucket", '[("{}")]'),
    "AWS::DynamoDB::Table": ("table", '[("{}")]'),
    "AWS::Lambda::Function": ("function", '["{}"]'),
    "AWS::StepFunctions::StateMachine": ("state machine", '[/"{}"/]'),
    "AWS::SQS::Queue": ("queue", '[["{}"]]'),
    "AWS::Scheduler::Schedule": ("schedule", '(["{}"])'),
    "AWS::SNS::Topic": ("topic", '>"{}"]'),
    "AWS::Athena::WorkGroup": ("workgroup", '["{}"]'),
    "AWS::CloudWatch::Dashboard": ("dashboard", '["{}"]'),
    "AWS::QuickSight::DataSource": ("data source", '["{}"]'),
    "AWS::QuickSight::DataSet": ("data set", '[("{}")]'),
    "AWS::QuickSight::Dashboard": ("QuickSight dashboard", '["{}"]'),
}
# Of these there are many, which no arrow tells apart: they are drawn as one.
_MANY: Final = {
    "AWS::Glue::Table": "tables",
    "AWS::Athena::NamedQuery": "saved queries",
    "AWS::CloudWatch::Alarm": "alarms",
    "AWS::IAM::Role": "roles",
}
# An action and the arrow that it makes.
_ARROWS: Final = {
    "s3:PutObject": "-->",
    "dynamodb:PutItem": "-->",
    "dynamodb:UpdateItem": "-->",
    "dynamodb:BatchWriteItem": "-->",
    "lambda:InvokeFunction": "==>",
    "states:StartExecution": "==>",
    "s3:GetObject": "-.->",
    "dynamodb:Query": "-.->",
    "dynamodb:Scan": "-.->",
}
_ACCOUNT: Final = "${AWS::AccountId}"


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


def page(lake: Lake) -> str:
    """Return the whole page."""
    return f"{_HEAD}```mermaid\n{picture(lake)}```\n"


def picture(lake: Lake) -> str:
    """Return the picture as Mermaid, which GitHub draws."""
    boxes = (
        f'  subgraph {_word(region)}["{region}"]\n'
        + "".join(_box(stack) for stack in lake.stacks if stack.region == region)
        + "  end\n"
        for region in sorted({stack.region for stack in lake.stacks})
    )
    arrows = sorted({*_events(lake), *_looked_at(lake), *_permitted(lake)})
    return f"flowchart LR\n{''.join(boxes)}{''.join(edge.line() for edge in arrows)}"


def _box(stack: Stack) -> str:
    lines = []
    for node in sorted(stack.of(*_SHAPES), key=lambda each: each.logical_id):
        kind, shape = _SHAPES[node.type]
        lines.append(f"      {_id(node)}{shape.format(f'{kind}<br/>{_name(node)}')}\n")
    for resource_type, what in _MANY.items():
        if found := stack.of(resource_type):
            label = f"{len(found)} {what if len(found) > 1 else what.rstrip('s')}"
            lines.append(f'      {_id(found[0])}["{label}"]\n')
    return f'    subgraph {stack.name}["{stack.name}"]\n{"".join(lines)}    end\n'


def _id(resource: Resource) -> str:
    """Return a node's id, which keeps when its logical id changes in CDK's hash alone."""
    return f"{resource.stack}_{_word(resource.type if resource.type in _MANY else plain_id(resource.logical_id))}"


def _name(resource: Resource) -> str:
    return resource.name.replace(_ACCOUNT, "ACCOUNT")


def _word(text: str) -> str:
    """Return a text as an id may hold it."""
    return re.sub(r"\W+", "_", text)


def _named_by(lake: Lake, stack: str, text: object) -> Iterator[str]:
    """Yield the nodes that a template's text means: by reference within its stack, or by its name in an ARN."""
    for node in lake.of(*_SHAPES):
        own = f"${{{node.logical_id}"
        referred = stack == node.stack and str(text).startswith((f"{own}}}", f"{own}.Arn}}"))
        if referred or re.fullmatch(
            rf"arn:aws:[^:]*:({region_of(node.stack)})?:.*[:/]{re.escape(node.name)}(/.*)?", str(text)
        ):
            yield _id(node)


def _events(lake: Lake) -> Iterator[Edge]:
    """Yield what events, schedules, failures, copies, alarms and tables connect."""
    for resource in lake.resources.values():
        for start, arrow, label, target in _said_by(resource):
            starts = [_id(resource)] if start is None else _named_by(lake, resource.stack, start)
            ends = [*_named_by(lake, resource.stack, target)]
            yield from (Edge(one, arrow, end, label) for one in starts for end in ends)


def _said_by(resource: Resource) -> Iterator[tuple[object, str, str, object]]:
    """Yield start, None being the resource itself, arrow, label and target of what a resource says."""
    at = resource.at
    for event in items(at("NotificationConfiguration", "LambdaConfigurations")):
        rules = {str(dig(rule, ("Name",))).lower(): rule for rule in items(dig(event, ("Filter", "S3Key", "Rules")))}
        yield None, "==>", f"new {dig(rules.get('prefix'), ('Value',)) or ''}", dig(event, ("Function",))
    for rule in items(at("ReplicationConfiguration", "Rules")):
        label = f"copies {dig(rule, ('Filter', 'Prefix'))}"
        yield None, "==>", label, dig(rule, ("Destination", "Bucket"))
    if resource.type == "AWS::Scheduler::Schedule":
        yield None, "==>", str(at("ScheduleExpression")), at("Target", "Arn")
        yield None, "-->", "undelivered", at("Target", "DeadLetterConfig", "Arn")
        refreshed = dig(json.loads(str(at("Target", "Input") or "{}")), ("DataSetId",))
        yield None, "==>", str(at("ScheduleExpression")), f"arn:aws:quicksight:::dataset/{refreshed}"
    if resource.type == "AWS::Lambda::EventInvokeConfig":
        yield at("FunctionName"), "-->", "failed", at("DestinationConfig", "OnFailure", "Destination")
    if resource.type == "AWS::CloudWatch::Alarm":
        yield from ((None, "==>", "", action) for action in items(at("AlarmActions")))
    if resource.type == "AWS::Glue::Table":
        bucket, _, key = str(at("TableInput", "StorageDescriptor", "Location")).removeprefix("s3://").partition("/")
        yield None, "-.->", f"{key.partition('/')[0]}/", f"arn:aws:s3:::{bucket}"


def _looked_at(lake: Lake) -> Iterator[Edge]:
    """Yield what QuickSight's dashboard is drawn from, down to the workgroup that is asked."""
    for resource in lake.resources.values():
        at = resource.at
        sources = [dig(each, ("DataSetArn",)) for each in items(at("Definition", "DataSetIdentifierDeclarations"))]
        sources += [dig(each, ("CustomSql", "DataSourceArn")) for each in mapping(at("PhysicalTableMap")).values()]
        sources += [f"arn:aws:athena:::{at('DataSourceParameters', 'AthenaParameters', 'WorkGroup')}"]
        if resource.type in _SHAPES:
            ends = [end for source in sources for end in _named_by(lake, resource.stack, source)]
            yield from (Edge(_id(resource), "-.->", end) for end in ends)


def _permitted(lake: Lake) -> Iterator[Edge]:
    """Yield what functions and state machines may write, read and invoke, by their roles' policies."""
    users: dict[tuple[str, str], list[Resource]] = {}
    for user in lake.of("AWS::Lambda::Function", "AWS::StepFunctions::StateMachine"):
        role = str(user.at("Role") or user.at("RoleArn")).removeprefix("${").removesuffix(".Arn}")
        users.setdefault((user.stack, role), []).append(user)
    for (address, side), grant in grants(lake).items():
        for atom in grant.atoms if side is Side.OWN and address in users else ():
            if arrow := _ARROWS.get(atom.action):
                label = atom.resource.partition("/")[2].rstrip("*") if ":s3:" in atom.resource else ""
                for end in _named_by(lake, address[0], atom.resource):
                    yield from (Edge(_id(user), arrow, end, label) for user in users[address])
