"""What CloudFormation finds is shown, but for what it is known to misread."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import pytest

from ops.drift.finding import Finding
from ops.drift.settings import setting_findings
from ops.failures import CommandError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

Json = Mapping[str, object]


class CloudFormation:
    """A detection that goes through the given states and finds the given drifts."""

    def __init__(self, *states: str, drifts: Sequence[Json] = ()) -> None:
        self._states = [*states]
        self._drifts = drifts

    def detect_stack_drift(self, **_: str) -> Json:
        return {"StackDriftDetectionId": "1"}

    def describe_stack_drift_detection_status(self, **_: str) -> Json:
        return {"DetectionStatus": self._states.pop(0), "DetectionStatusReason": "because"}

    def describe_stack_resource_drifts(self, *, NextToken: str = "", **_: object) -> Json:  # noqa: N803 (boto3's name)
        """Answer with one drift a page."""
        at = int(NextToken or 0)
        more = {"NextToken": str(at + 1)} if at + 1 < len(self._drifts) else {}
        return {"StackResourceDrifts": self._drifts[at : at + 1], **more}


def findings(fake: CloudFormation) -> list[Finding]:
    client = cast("CloudFormationClient", fake)
    return [*setting_findings(client, "Stack", region="us-east-1", sleep=lambda _: None)]


def modified(path: str, *, kind: str = "REMOVE", resource_type: str = "AWS::S3::Bucket") -> list[Json]:
    difference = {"PropertyPath": path, "DifferenceType": kind, "ExpectedValue": "1", "ActualValue": "null"}
    return [
        {
            "LogicalResourceId": "Lake",
            "PhysicalResourceId": "lake",
            "ResourceType": resource_type,
            "StackResourceDriftStatus": "MODIFIED",
            "PropertyDifferences": [difference],
        }
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/ReplicationConfiguration/Rules/0/Destination/Metrics",
        "/ReplicationConfiguration/Rules/2/Destination/ReplicationTime/Time",
        "/ReplicationConfiguration/Rules/0/Filter",
        "/OwnershipControls",
        "/BucketEncryption",
    ],
)
def test_property_that_cloudformation_does_not_read_back_is_no_drift(path: str) -> None:
    assert findings(CloudFormation("DETECTION_COMPLETE", drifts=modified(path))) == []


@pytest.mark.parametrize(
    ("path", "kind", "resource_type", "how"),
    [
        ("/ReplicationConfiguration", "REMOVE", "AWS::S3::Bucket", "missing"),
        ("/ReplicationConfiguration/Rules/0/Status", "NOT_EQUAL", "AWS::S3::Bucket", "changed"),
        ("/BucketEncryption", "NOT_EQUAL", "AWS::S3::Bucket", "changed"),
        ("/VersioningConfiguration", "REMOVE", "AWS::S3::Bucket", "missing"),
        ("/Filter", "ADD", "AWS::S3::Bucket", "added"),
        ("/BucketEncryption", "REMOVE", "AWS::SQS::Queue", "missing"),
    ],
)
def test_every_other_difference_is_drift(path: str, kind: str, resource_type: str, how: str) -> None:
    drifts = modified(path, kind=kind, resource_type=resource_type)
    assert findings(CloudFormation("DETECTION_COMPLETE", drifts=drifts)) == [Finding("lake", "us-east-1", path, how)]


def test_every_page_is_read() -> None:
    drifts = [*modified("/A"), *modified("/B")]
    found = findings(CloudFormation("DETECTION_COMPLETE", drifts=drifts))
    assert [each.what for each in found] == ["/A", "/B"]


def test_deleted_resource_is_missing() -> None:
    drift = {
        "LogicalResourceId": "Runs",
        "ResourceType": "AWS::DynamoDB::Table",
        "StackResourceDriftStatus": "DELETED",
    }
    fake = CloudFormation("DETECTION_IN_PROGRESS", "DETECTION_COMPLETE", drifts=[drift])
    assert findings(fake) == [Finding("Runs", "us-east-1", "AWS::DynamoDB::Table", "missing")]


@pytest.mark.parametrize("states", [["DETECTION_FAILED"], ["DETECTION_IN_PROGRESS"] * 200])
def test_detection_that_does_not_complete_is_one_line(states: list[str]) -> None:
    with pytest.raises(CommandError, match=r"^stack Stack: DETECTION_(FAILED|IN_PROGRESS): because$"):
        findings(CloudFormation(*states))
