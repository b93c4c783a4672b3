"""Reads stacks back, resource by resource."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.local.endpoint import Endpoint
from tools.local.readback import access, alerts, catalog, database, functions, queues, s3, schedules
from tools.local.readback.compare import ABSENT, Difference, differing
from tools.local.readback.references import Deployed, UnresolvedError, resolve
from tools.local.readback.registry import (
    ORDERED_TYPES,
    READERS,
    UNREPORTED_PROPERTIES,
    UNREPORTED_TYPES,
    Properties,
    Resource,
)

# Importing a module registers its readers.
READER_MODULES = (access, alerts, catalog, database, functions, queues, s3, schedules)

_STACK_ARTIFACT = "aws:cloudformation:stack"


def read_back(endpoint: Endpoint, assembly: Path) -> list[Difference]:
    """Return every difference between an assembly's templates and what the emulator reports, empty when none.

    `assembly` is a CDK output folder whose stacks are deployed. Their termination protection is compared too.
    """
    manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    found: list[Difference] = []
    for identifier, artifact in manifest["artifacts"].items():
        if artifact["type"] != _STACK_ARTIFACT:
            continue
        properties = artifact["properties"]
        region = artifact["environment"].rpartition("/")[2]
        stack = properties.get("stackName", identifier)
        template = json.loads((assembly / properties["templateFile"]).read_text(encoding="utf-8"))
        found += read_back_stack(endpoint, stack=stack, region=region, template=template)
        wanted = bool(properties.get("terminationProtection", False))
        protected = _describe(endpoint, stack, region)["EnableTerminationProtection"]
        if protected != wanted:
            kind = "AWS::CloudFormation::Stack"
            found.append(Difference(stack, "", kind, "EnableTerminationProtection", wanted, protected))
    return found


def read_back_stack(
    endpoint: Endpoint, *, stack: str, region: str, template: Mapping[str, object]
) -> list[Difference]:
    """Return every difference between one template's resources and what the emulator reports of them."""
    resources = template.get("Resources")
    if not isinstance(resources, Mapping):
        return []
    deployed = _deployed(endpoint, stack, region, resources)
    return [
        difference
        for logical_id, definition in resources.items()
        for difference in _resource_differences(endpoint, deployed, str(logical_id), definition)
    ]


def _describe(endpoint: Endpoint, stack: str, region: str) -> dict[str, object]:
    found = endpoint.client("cloudformation", region=region).describe_stacks(StackName=stack)["Stacks"][0]
    parameters = {
        parameter.get("ParameterKey", ""): parameter.get("ResolvedValue") or parameter.get("ParameterValue", "")
        for parameter in found.get("Parameters", [])
    }
    return {
        "StackId": found.get("StackId", ""),
        "Parameters": parameters,
        "EnableTerminationProtection": found.get("EnableTerminationProtection", False),
    }


def _deployed(endpoint: Endpoint, stack: str, region: str, resources: Mapping[str, object]) -> Deployed:
    client = endpoint.client("cloudformation", region=region)
    described = _describe(endpoint, stack, region)
    parameters = described["Parameters"]
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    summaries = [summary for page in pages for summary in page["StackResourceSummaries"]]
    physical_ids = {item["LogicalResourceId"]: item.get("PhysicalResourceId", "") for item in summaries}
    types = {item["LogicalResourceId"]: item["ResourceType"] for item in summaries}
    exports = {
        export.get("Name", ""): export.get("Value", "")
        for page in client.get_paginator("list_exports").paginate()
        for export in page["Exports"]
    }
    iam = endpoint.client("iam")
    # A role's ARN carries its path, which its physical id lacks.
    arns = {
        name: iam.get_role(RoleName=physical_ids[name])["Role"]["Arn"]
        for name, kind in types.items()
        if kind == "AWS::IAM::Role" and name in resources
    }
    return Deployed(
        account_id=endpoint.account_id,
        region=region,
        stack=stack,
        stack_id=str(described["StackId"]),
        parameters=parameters if isinstance(parameters, dict) else {},
        types=types,
        physical_ids=physical_ids,
        exports=exports,
        arns=arns,
    )


def _resource_differences(
    endpoint: Endpoint, deployed: Deployed, logical_id: str, definition: Mapping[str, object]
) -> Iterator[Difference]:
    kind = str(definition["Type"])

    def difference(name: str, expected: object, actual: object) -> Difference:
        return Difference(deployed.stack, logical_id, kind, name, expected, actual)

    if kind in UNREPORTED_TYPES:
        return
    if kind not in READERS:
        yield difference("", "a reader or a reason why there is none", ABSENT)
        return
    if not deployed.physical_ids.get(logical_id):
        yield difference("", "deployed", ABSENT)
        return
    try:
        properties = resolve(definition.get("Properties", {}), deployed)
    except UnresolvedError as error:
        yield difference("", "references that can be resolved", str(error))
        return
    if not isinstance(properties, Mapping):
        yield difference("", "an object of properties", properties)
        return
    resource = Resource(
        deployed.stack, deployed.region, logical_id, kind, deployed.physical_ids[logical_id], properties
    )
    for name, expected, actual in property_differences(kind, properties, READERS[kind](endpoint, resource)):
        yield difference(name, expected, actual)


def property_differences(kind: str, expected: Properties, actual: Properties) -> Iterator[tuple[str, object, object]]:
    """Yield (path, expected, actual) of each property of the template that was not reported so."""
    for name, value in expected.items():
        if (kind, name) not in UNREPORTED_PROPERTIES:
            reported = actual.get(name, ABSENT)
            shown = _own_tags(reported) if name == "Tags" else reported
            yield from differing(value, shown, name, ordered=kind in ORDERED_TYPES)


def _own_tags(tags: object) -> object:
    """Return tags without those that CloudFormation itself adds to everything it makes."""
    if not isinstance(tags, list):
        return tags
    return [tag for tag in tags if not str(tag.get("Key", "")).startswith("aws:")]
