"""Compares the settings of a bucket that was made by hand with those of its template.

Rules are compared by their ids: what a rule says, the first deployment after the import makes the template's.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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
        "sort(Rules[].ID)",
        "sort(LifecycleConfiguration.Rules[].Id)",
    ),
    Setting(
        "replication",
        "get_bucket_replication",
        "sort(ReplicationConfiguration.Rules[].ID)",
        "sort(ReplicationConfiguration.Rules[].Id)",
    ),
    Setting(
        "notification",
        "get_bucket_notification_configuration",
        "sort(LambdaFunctionConfigurations[].Filter.Key.FilterRules[].Value || `[]`)",
        "sort(NotificationConfiguration.LambdaConfigurations[].Filter.S3Key.Rules[].Value || `[]`)",
    ),
)


def differences(s3: "S3Client", bucket: str, template: Json) -> Iterator[Difference]:
    """Yield each setting of the bucket that is not the one of the template's properties."""
    for setting in SETTINGS:
        found = _found(s3, bucket, setting)
        wanted = jmespath.search(setting.template, template)
        if found != wanted:
            yield Difference(bucket, setting.name, _text(found), _text(wanted))


def _found(s3: "S3Client", bucket: str, setting: Setting) -> object:
    try:
        answer: Mapping[str, object] = getattr(s3, setting.operation)(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return None
        raise
    return jmespath.search(setting.answer, answer)


def _text(value: object) -> str:
    return "none" if not value else value if isinstance(value, str) else json.dumps(value, sort_keys=True)
