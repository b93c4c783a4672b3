"""Compares the settings of a bucket that was made by hand with those of its template.

Rules are compared by what they say: their ids and their order mean nothing.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import jmespath
from botocore.exceptions import ClientError

from ops.adopt.finding import Difference
from ops.adopt.wanted import Json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What S3 answers for a setting that a bucket does not have.
_ABSENT: Final = (
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "ReplicationConfigurationNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
)
# What a template writes beside a lifecycle rule's other parts, and S3 within its expiration.
_EXPIRATION: Final = {"ExpirationInDays": "Days", "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker"}


@dataclass(frozen=True)
class Setting:
    """A setting: the operation that reads it, and where it stands in the answer and in a template (JMESPath)."""

    name: str
    operation: str
    answer: str
    template: str


SETTINGS: Final = (
    Setting("versioning", "get_bucket_versioning", "Status", "VersioningConfiguration.Status"),
    Setting(
        "encryption",
        "get_bucket_encryption",
        "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault.SSEAlgorithm",
        "BucketEncryption.ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault.SSEAlgorithm",
    ),
    Setting(
        "public access block",
        "get_public_access_block",
        "PublicAccessBlockConfiguration",
        "PublicAccessBlockConfiguration",
    ),
    Setting(
        "ownership",
        "get_bucket_ownership_controls",
        "OwnershipControls.Rules[].ObjectOwnership",
        "OwnershipControls.Rules[].ObjectOwnership",
    ),
    Setting(
        "lifecycle",
        "get_bucket_lifecycle_configuration",
        "Rules",
        "LifecycleConfiguration.Rules",
    ),
    Setting(
        "replication",
        "get_bucket_replication",
        "ReplicationConfiguration.Rules",
        "ReplicationConfiguration.Rules",
    ),
    Setting(
        "notification",
        "get_bucket_notification_configuration",
        "LambdaFunctionConfigurations[].{Events: Events, Keys: sort(Filter.Key.FilterRules[].Value || `[]`)}",
        "NotificationConfiguration.LambdaConfigurations[]"
        ".{Events: [Event], Keys: sort(Filter.S3Key.Rules[].Value || `[]`)}",
    ),
)


def differences(s3: "S3Client", bucket: str, template: Json) -> Iterator[Difference]:
    """Yield each setting of the bucket that is not the one of the template's properties; of rules what differs."""
    for setting in SETTINGS:
        found = _members(_found(s3, bucket, setting))
        wanted = _members(jmespath.search(setting.template, template))
        if found != wanted:
            yield Difference(bucket, setting.name, _text(found - wanted), _text(wanted - found))


def _found(s3: "S3Client", bucket: str, setting: Setting) -> object:
    try:
        answer: Mapping[str, object] = getattr(s3, setting.operation)(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return None
        raise
    return jmespath.search(setting.answer, answer)


def _members(value: object) -> frozenset[str]:
    """Return the texts of a setting's rules or values, equal where S3 does the same."""
    members: list[str | Json] = value if isinstance(value, list) else [] if value is None else [cast("Json", value)]
    return frozenset(it if isinstance(it, str) else json.dumps(_rule(it), sort_keys=True) for it in members)


def _rule(rule: Mapping[str, object]) -> Mapping[str, object]:
    """Return a rule of S3, or of a template in S3's form: without its id, which means nothing.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-rule.html
    """
    found = {key: value for key, value in rule.items() if key.upper() != "ID"}
    expiration = {name: found.pop(key) for key, name in _EXPIRATION.items() if key in found}
    prefix = found.pop("Prefix", "")
    if "Status" in found:
        found["Filter"] = found.get("Filter") or {"Prefix": prefix}
    if expiration:
        found["Expiration"] = expiration
    if transitions := cast("list[Json]", found.get("Transitions", [])):
        found["Transitions"] = [
            {"Days" if key == "TransitionInDays" else key: value for key, value in transition.items()}
            for transition in transitions
        ]
    return found


def _text(members: frozenset[str]) -> str:
    return ", ".join(sorted(members)) or "none"
