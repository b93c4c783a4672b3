"""The committed templates, and one change of them."""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import cast

from tools.diff.compare import compare
from tools.diff.finding import Finding
from tools.diff.kinds import Kinds, bundled_kinds
from tools.templates.accepted import accepted_texts
from tools.templates.model import Lake, parse_lake

Json = dict[str, object]
Templates = dict[str, Json]
Edit = Callable[[Templates], None]

STORAGE, INDEX, CURATION, CATALOG, REPLICA = (
    f"SocraticBench{part}" for part in ("Storage", "Index", "Curation", "Catalog", "Replica")
)
GONE = object()
# How the logical id begins, where a stack has several resources of a type.
LIKE = {
    (INDEX, "AWS::Lambda::Function"): "IndexRun",
    (INDEX, "AWS::Logs::LogGroup"): "IndexRun",
    (INDEX, "AWS::Lambda::EventInvokeConfig"): "IndexRun",
    (CATALOG, "AWS::Athena::WorkGroup"): "Workgroup",
    (CURATION, "AWS::Lambda::Function"): "CurateWeek",
    (CURATION, "AWS::Logs::LogGroup"): "CurateWeek",
    (CURATION, "AWS::Lambda::EventInvokeConfig"): "CurateWeek",
    (CURATION, "AWS::IAM::Policy"): "CurateWeek",
    (CURATION, "AWS::Scheduler::Schedule"): "Weekly",
}


@cache
def kinds() -> Kinds:
    return bundled_kinds()


@cache
def _committed() -> Templates:
    return {stack: cast("Json", json.loads(text)) for stack, text in accepted_texts().items()}


def committed() -> Templates:
    return deepcopy(_committed())


@cache
def _before() -> Lake:
    return parse_lake(accepted_texts())


def lake(templates: Templates) -> Lake:
    return parse_lake({stack: json.dumps(template) for stack, template in templates.items()})


def findings(edit: Edit) -> list[Finding]:
    """Return what is found when the committed templates are edited."""
    after = committed()
    edit(after)
    return compare(_before(), lake(after), kinds())


def resources(templates: Templates, stack: str) -> dict[str, Json]:
    return cast("dict[str, Json]", templates[stack]["Resources"])


def logical_id(templates: Templates, stack: str, resource_type: str) -> str:
    """Return the logical id of a stack's only resource of a type, or of the one that `LIKE` names."""
    like = LIKE.get((stack, resource_type), "")
    (found,) = (
        key
        for key, resource in resources(templates, stack).items()
        if resource["Type"] == resource_type and key.startswith(like)
    )
    return found


def put(value: object, path: str, new: object) -> None:
    """Set, or remove, what lies at a path such as `Rules/Id=ArchiveScores/Status`; a number is an index."""
    *steps, last = path.split("/")
    for step in steps:
        value = _inside(value, step)
    if isinstance(value, list):
        at = value.index(_inside(value, last))
        value[at : at + 1] = [] if new is GONE else [new]
    elif new is GONE:
        del cast("Json", value)[last]
    else:
        cast("Json", value)[last] = new


def _inside(value: object, step: str) -> object:
    if not isinstance(value, list):
        return cast("Json", value)[step]
    key, equals, text = step.partition("=")
    return next(item for item in value if item.get(key) == text) if equals else value[int(step)]


def change(stack: str, resource_type: str, path: str, new: object) -> Edit:
    """Return the edit that sets one place of one resource."""

    def edit(templates: Templates) -> None:
        put(resources(templates, stack)[logical_id(templates, stack, resource_type)], path, new)

    return edit


def remove(stack: str, resource_type: str) -> Edit:
    def edit(templates: Templates) -> None:
        del resources(templates, stack)[logical_id(templates, stack, resource_type)]

    return edit


def drop(stack: str) -> Edit:
    def edit(templates: Templates) -> None:
        del templates[stack]

    return edit


def rename(stack: str, resource_type: str, to: str, into: str | None = None) -> Edit:
    """Return the edit that gives a resource another logical id, in another stack where one is named."""

    def edit(templates: Templates) -> None:
        resource = resources(templates, stack).pop(logical_id(templates, stack, resource_type))
        resources(templates, into or stack)[to] = resource

    return edit


def add(stack: str, key: str, resource: Json) -> Edit:
    def edit(templates: Templates) -> None:
        resources(templates, stack)[key] = resource

    return edit
