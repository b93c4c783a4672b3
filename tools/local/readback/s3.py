"""Readers of S3's resource types."""

import json
from collections.abc import Callable, Mapping

from botocore.exceptions import ClientError

from tools.local.endpoint import Endpoint
from tools.local.readback.registry import Properties, Resource, reader, stated


def _configured(read: Callable[[], Mapping[str, object]]) -> Mapping[str, object]:
    """Return a bucket's configuration, empty where S3 says that the bucket has none of that kind."""
    try:
        return read()
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code.startswith("NoSuch") or code.endswith("NotFoundError"):
            return {}
        raise


def _objects(value: object) -> list[dict[str, object]]:
    return [dict(item) for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _object(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, Mapping) else {}


def _days(transition: Mapping[str, object], days: str) -> dict[str, object]:
    kept = {key: value for key, value in transition.items() if key not in (days, "Date")}
    return stated(**kept, TransitionInDays=transition.get(days), TransitionDate=transition.get("Date"))


def lifecycle_rule(rule: Mapping[str, object]) -> dict[str, object]:
    """Return a rule of GetBucketLifecycleConfiguration as CloudFormation writes it."""
    selection = _object(rule.get("Filter"))
    selection = {**selection, **_object(selection.get("And"))}
    expiration = _object(rule.get("Expiration"))
    tags = [*_objects(selection.get("Tags")), *([_object(selection["Tag"])] if "Tag" in selection else [])]
    # S3 reports no size limit inside And as zero.
    return stated(
        Id=rule.get("ID"),
        Status=rule.get("Status"),
        Prefix=selection.get("Prefix"),
        TagFilters=tags,
        ObjectSizeGreaterThan=selection.get("ObjectSizeGreaterThan") or None,
        ObjectSizeLessThan=selection.get("ObjectSizeLessThan"),
        Transitions=[_days(item, "Days") for item in _objects(rule.get("Transitions"))],
        NoncurrentVersionTransitions=[
            _days(item, "NoncurrentDays") for item in _objects(rule.get("NoncurrentVersionTransitions"))
        ],
        ExpirationInDays=expiration.get("Days"),
        ExpirationDate=expiration.get("Date"),
        ExpiredObjectDeleteMarker=expiration.get("ExpiredObjectDeleteMarker"),
        NoncurrentVersionExpiration=rule.get("NoncurrentVersionExpiration"),
        AbortIncompleteMultipartUpload=rule.get("AbortIncompleteMultipartUpload"),
    )


def replication_rule(rule: Mapping[str, object]) -> dict[str, object]:
    """Return a rule of GetBucketReplication as CloudFormation writes it."""
    selection = _object(rule.get("Filter"))
    both = _object(selection.get("And"))
    renamed = stated(
        Prefix=selection.get("Prefix"),
        TagFilter=selection.get("Tag"),
        And=stated(Prefix=both.get("Prefix"), TagFilters=both.get("Tags")),
    )
    rest = {key: value for key, value in rule.items() if key not in ("ID", "Filter")}
    return stated(Id=rule.get("ID"), Filter=renamed, **rest)


def notification_targets(targets: object, arn: str, member: str) -> list[dict[str, object]]:
    """Return a bucket's notifications to one kind of target, one for each event as CloudFormation writes them."""
    return [
        stated(Event=event, Filter=_key_filter(target), **{member: target[arn]})
        for target in _objects(targets)
        for event in _texts(target.get("Events"))
    ]


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _key_filter(target: Mapping[str, object]) -> dict[str, object]:
    rules = _objects(_object(_object(target.get("Filter")).get("Key")).get("FilterRules"))
    # S3 answers Prefix and Suffix with a capital, whatever was put.
    named = [{"Name": str(rule["Name"]).lower(), "Value": rule["Value"]} for rule in rules]
    return {"S3Key": {"Rules": named}} if named else {}


def _encryption(configuration: Mapping[str, object]) -> dict[str, object]:
    rules = _objects(_object(configuration.get("ServerSideEncryptionConfiguration")).get("Rules"))
    renamed = [
        stated(
            ServerSideEncryptionByDefault=rule.get("ApplyServerSideEncryptionByDefault"),
            BucketKeyEnabled=rule.get("BucketKeyEnabled") or None,
        )
        for rule in rules
    ]
    return stated(ServerSideEncryptionConfiguration=renamed)


@reader("AWS::S3::Bucket")
def bucket(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a bucket's configuration."""
    s3, name = endpoint.client("s3", region=resource.region), resource.physical_id
    versioning = s3.get_bucket_versioning(Bucket=name).get("Status")
    encryption = _configured(lambda: s3.get_bucket_encryption(Bucket=name))
    block = _configured(lambda: s3.get_public_access_block(Bucket=name))
    ownership = _configured(lambda: s3.get_bucket_ownership_controls(Bucket=name))
    lifecycle = _configured(lambda: s3.get_bucket_lifecycle_configuration(Bucket=name))
    replication = _configured(lambda: s3.get_bucket_replication(Bucket=name))
    sent = s3.get_bucket_notification_configuration(Bucket=name)
    tags = _configured(lambda: s3.get_bucket_tagging(Bucket=name))
    replicated = _object(replication.get("ReplicationConfiguration"))
    wanted = _object(resource.properties.get("LifecycleConfiguration"))
    return stated(
        BucketName=name,
        VersioningConfiguration=stated(Status=versioning),
        BucketEncryption=_encryption(encryption),
        PublicAccessBlockConfiguration=block.get("PublicAccessBlockConfiguration"),
        OwnershipControls=ownership.get("OwnershipControls"),
        LifecycleConfiguration=stated(
            Rules=[lifecycle_rule(rule) for rule in _objects(lifecycle.get("Rules"))],
            # S3 reports its default where the template is silent.
            TransitionDefaultMinimumObjectSize=lifecycle.get("TransitionDefaultMinimumObjectSize")
            if "TransitionDefaultMinimumObjectSize" in wanted
            else None,
        ),
        ReplicationConfiguration=stated(
            Role=replicated.get("Role"),
            Rules=[replication_rule(rule) for rule in _objects(replicated.get("Rules"))],
        ),
        NotificationConfiguration=stated(
            LambdaConfigurations=notification_targets(
                sent.get("LambdaFunctionConfigurations"), "LambdaFunctionArn", "Function"
            ),
            QueueConfigurations=notification_targets(sent.get("QueueConfigurations"), "QueueArn", "Queue"),
            TopicConfigurations=notification_targets(sent.get("TopicConfigurations"), "TopicArn", "Topic"),
        ),
        Tags=tags.get("TagSet"),
    )


@reader("AWS::S3::BucketPolicy")
def bucket_policy(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a bucket's policy."""
    name = resource.text("Bucket")
    s3 = endpoint.client("s3", region=resource.region)
    policy = _configured(lambda: s3.get_bucket_policy(Bucket=name)).get("Policy")
    return stated(Bucket=name, PolicyDocument=json.loads(str(policy)) if policy else None)
