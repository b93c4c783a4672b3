"""Has CloudFormation compare a stack's resources with its template, and leaves out what it is known to misread."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from ops.drift.finding import Finding
from ops.failures import CommandError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import (
        DescribeStackResourceDriftsInputTypeDef,
        PropertyDifferenceTypeDef,
        StackResourceDriftTypeDef,
    )

_SECONDS_BETWEEN_LOOKS: Final = 5.0
# Ten minutes; a stack of this lake takes one or two.
_MOST_LOOKS: Final = 120

# Properties that CloudFormation does not read back and so takes for removed, by the type of their resource.
# The numbers are issues of https://github.com/aws-cloudformation/cloudformation-coverage-roadmap.
_NOT_READ: Final[Mapping[str, re.Pattern[str]]] = {
    "AWS::S3::Bucket": re.compile(
        r"/ReplicationConfiguration/Rules/\d+/Destination/(Metrics|ReplicationTime)(/.*)?"  # 1714
        r"|/ReplicationConfiguration/Rules/\d+/(DeleteMarkerReplication|Filter|Priority)(/.*)?"  # 1106
        r"|/OwnershipControls(/.*)?"  # 1106
        r"|/BucketEncryption"  # 2554
    )
}


def setting_findings(
    cloudformation: "CloudFormationClient", stack: str, *, region: str, sleep: Callable[[float], None]
) -> Iterator[Finding]:
    """Yield each setting that is not the template's; raise `CommandError` where CloudFormation could not compare."""
    _detect(cloudformation, stack, sleep)
    for drift in _drifts(cloudformation, stack):
        yield from _findings(drift, region)


def _detect(cloudformation: "CloudFormationClient", stack: str, sleep: Callable[[float], None]) -> None:
    detection = cloudformation.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
    state = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    for _ in range(_MOST_LOOKS):
        if state["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        sleep(_SECONDS_BETWEEN_LOOKS)
        state = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    if state["DetectionStatus"] != "DETECTION_COMPLETE":
        reason = state.get("DetectionStatusReason", "it took too long")
        raise CommandError(f"stack {stack}: {state['DetectionStatus']}: {reason}")


def _drifts(cloudformation: "CloudFormationClient", stack: str) -> "Iterator[StackResourceDriftTypeDef]":
    """Yield the resources that differ; boto3 has no paginator of them."""
    request: DescribeStackResourceDriftsInputTypeDef = {
        "StackName": stack,
        "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"],
    }
    while True:
        page = cloudformation.describe_stack_resource_drifts(**request)
        yield from page["StackResourceDrifts"]
        if not (token := page.get("NextToken")):
            return
        request["NextToken"] = token


def _findings(drift: "StackResourceDriftTypeDef", region: str) -> Iterator[Finding]:
    name = drift.get("PhysicalResourceId", drift["LogicalResourceId"])
    if drift["StackResourceDriftStatus"] == "DELETED":
        yield Finding(name, region, drift["ResourceType"], "missing")
    for difference in drift.get("PropertyDifferences", []):
        if not _is_known(drift["ResourceType"], difference):
            how = {"ADD": "added", "REMOVE": "missing"}.get(difference["DifferenceType"], "changed")
            yield Finding(name, region, difference["PropertyPath"], how)


def _is_known(resource_type: str, difference: "PropertyDifferenceTypeDef") -> bool:
    known = _NOT_READ.get(resource_type)
    return (
        difference["DifferenceType"] == "REMOVE"
        and known is not None
        and bool(known.fullmatch(difference["PropertyPath"]))
    )
