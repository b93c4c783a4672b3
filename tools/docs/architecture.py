"""`docs/architecture.md`: what runs where and who reaches whom, drawn from the templates alone."""

from collections.abc import Sequence
from typing import Final

from tools.docs.graph import Node, edges, many_id, node, plain
from tools.templates.model import Declared

_HEAD: Final = """\
# Architecture

Made by `make docs` from the templates of all stacks; a test fails where it is not what they say. A box is a stack in
its Region. A thick arrow is an event, a schedule or a copy; a thin one says what a function may write (→) and read
(dotted), or a table; failures go to queues. Who else may do what: [iam.md](iam.md).

"""
# Between these lines another page shows the picture.
# What is drawn, and Mermaid's shape of it.
_SHAPES: Final = {
    "AWS::S3::Bucket": ("bucket", '[("{}")]'),
    "AWS::DynamoDB::Table": ("table", '[("{}")]'),
    "AWS::Lambda::Function": ("function", '["{}"]'),
    "AWS::SQS::Queue": ("queue", '[["{}"]]'),
    "AWS::Scheduler::Schedule": ("schedule", '(["{}"])'),
    "AWS::SNS::Topic": ("topic", '>"{}"]'),
    "AWS::Athena::WorkGroup": ("workgroup", '["{}"]'),
    "AWS::CloudWatch::Dashboard": ("dashboard", '["{}"]'),
}
# Of these there are many, which no arrow tells apart: they are drawn as one.
_MANY: Final = {
    "AWS::Glue::Table": "tables",
    "AWS::Athena::NamedQuery": "saved queries",
    "AWS::CloudWatch::Alarm": "alarms",
    "AWS::IAM::Role": "roles",
}


def page(stacks: Sequence[Declared]) -> str:
    """Return the whole page."""
    return f"{_HEAD}```mermaid\n{picture(stacks)}```\n"


def picture(stacks: Sequence[Declared]) -> str:
    """Return the picture as Mermaid, which GitHub draws."""
    drawn = [node(stack, resource) for stack in stacks for resource in stack.resources(*_SHAPES)]
    regions = sorted({stack.region for stack in stacks})
    arrows = sorted({edge for stack in stacks for edge in edges(stack, drawn)})
    boxes = "".join(
        _region(region, [stack for stack in stacks if stack.region == region], drawn) for region in regions
    )
    return f"flowchart LR\n{boxes}{''.join(edge.line() for edge in arrows)}"


def _region(region: str, stacks: Sequence[Declared], drawn: Sequence[Node]) -> str:
    inside = "".join(_box(stack, [each for each in drawn if each.stack is stack]) for stack in stacks)
    return f'  subgraph {plain(region)}["{region}"]\n{inside}  end\n'


def _box(stack: Declared, drawn: Sequence[Node]) -> str:
    lines = []
    for each in drawn:
        kind, shape = _SHAPES[each.resource.type]
        lines.append(f"      {each.id}{shape.format(f'{kind}<br/>{each.name}')}\n")
    for resource_type, what in _MANY.items():
        if count := len(stack.resources(resource_type)):
            lines.append(
                f'      {many_id(stack, resource_type)}["{count} {what if count > 1 else what.rstrip("s")}"]\n'
            )
    return f'    subgraph {stack.name}["{stack.name}"]\n{"".join(lines)}    end\n'
