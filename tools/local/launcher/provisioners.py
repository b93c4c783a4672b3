"""CloudFormation properties and types that ministack 1.5.33 accepts and drops, set through its own handlers."""

# ruff: noqa: SLF001 (ministack offers no other way in; its version is pinned)

import json
from collections.abc import Callable, Mapping

from tools.local.launcher import s3_requests
from tools.local.launcher.parts import ATHENA, DYNAMODB, LAMBDA, PROVISIONERS, S3, SCHEDULER, replace

Properties = Mapping[str, object]
Created = tuple[str, dict[str, object]]
Response = tuple[int, dict[str, str], bytes]

_FIRST_ERROR_STATUS = 300
_SIZE_HEADER = "x-amz-transition-default-minimum-object-size"
_SSE_HEADER = "x-amz-server-side-encryption"
_SSE_KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"
_transition_sizes: dict[str, str] = {}


def _checked(response: Response, what: str) -> Response:
    if response[0] >= _FIRST_ERROR_STATUS:
        msg = f"{what}: {response[2]!r}"
        raise ValueError(msg)
    return response


def _true(value: object) -> bool:
    return str(value).lower() == "true"


def _mapping(value: object) -> Properties:
    return value if isinstance(value, Mapping) else {}


def extend(resource_type: str, apply: Callable[[str, Properties], None]) -> None:
    """Run `apply(physical id, properties)` after ministack's own creation and update of a resource type."""
    stock = PROVISIONERS._RESOURCE_HANDLERS[resource_type]
    stock_create, stock_update = stock["create"], stock["update"]

    def create(logical_id: str, properties: Properties, stack: str) -> Created:
        created: Created = stock_create(logical_id, properties, stack)
        apply(created[0], properties)
        return created

    def update(physical_id: str, old: Properties, new: Properties, *identity: str) -> Created:
        updated: Created = stock_update(physical_id, old, new, *identity)
        apply(updated[0], new)
        return updated

    PROVISIONERS._RESOURCE_HANDLERS[resource_type] = {**stock, "create": create, "update": update}


_BUCKET_HANDLERS = {
    "BucketEncryption": (S3._put_bucket_encryption, S3._delete_bucket_encryption),
    "OwnershipControls": (S3._put_bucket_ownership_controls, S3._delete_bucket_ownership_controls),
    "LifecycleConfiguration": (S3._put_bucket_lifecycle, S3._delete_bucket_lifecycle),
    "ReplicationConfiguration": (S3._put_bucket_replication, S3._delete_bucket_replication),
}


def configure_bucket(name: str, properties: Properties) -> None:
    """Give a bucket the encryption, ownership, lifecycle, replication and tags of its template."""
    for key, body in s3_requests.BUCKET_CONFIGURATIONS.items():
        put, delete = _BUCKET_HANDLERS[key]
        if properties.get(key):
            _checked(put(name, body(_mapping(properties[key]))), f"AWS::S3::Bucket {key}")
        elif key != "OwnershipControls":  # a bucket without any keeps S3's default, BucketOwnerEnforced
            delete(name)
    tags = properties.get("Tags")
    if isinstance(tags, list):
        _checked(S3._put_bucket_tagging(name, s3_requests.tagging(tags)), "AWS::S3::Bucket Tags")
    size = _mapping(properties.get("LifecycleConfiguration")).get("TransitionDefaultMinimumObjectSize")
    _transition_sizes.pop(name, None)
    if size:
        _transition_sizes[name] = str(size)


def report_transition_sizes() -> None:
    """Make GetBucketLifecycleConfiguration answer with the bucket's own minimum size instead of a constant."""
    stock = S3._get_bucket_lifecycle

    def get(name: str) -> Response:
        status, headers, body = stock(name)
        if name in _transition_sizes:
            headers = {**headers, _SIZE_HEADER: _transition_sizes[name]}
        return status, headers, body

    replace(S3, "_get_bucket_lifecycle", get)


def default_kms_key() -> None:
    """Encrypt under the account's `aws/s3` key where a write asks for KMS and names no key, instead of refusing it.

    The CDK publishes assets so, because its bootstrap bucket has KMS encryption without a key.
    """
    stock = S3._resolve_sse_write_headers

    def resolve(headers: Mapping[str, str], bucket: str) -> object:
        if headers.get(_SSE_HEADER) == "aws:kms":
            headers = {_SSE_KEY_HEADER: "alias/aws/s3", **headers}
        return stock(headers, bucket)

    replace(S3, "_resolve_sse_write_headers", resolve)


def configure_table(name: str, properties: Properties) -> None:
    """Give a table the point-in-time recovery, time to live and encryption of its template."""
    recovery = _mapping(properties.get("PointInTimeRecoverySpecification"))
    enabled = _true(recovery.get("PointInTimeRecoveryEnabled"))
    request = {"TableName": name, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": enabled}}
    _checked(DYNAMODB._update_continuous_backups(request), "AWS::DynamoDB::Table PointInTimeRecoverySpecification")
    ttl = _mapping(properties.get("TimeToLiveSpecification"))
    if ttl:
        specification = {"AttributeName": ttl.get("AttributeName"), "Enabled": _true(ttl.get("Enabled"))}
        request = {"TableName": name, "TimeToLiveSpecification": specification}
        _checked(DYNAMODB._update_ttl(request), "AWS::DynamoDB::Table TimeToLiveSpecification")
    encryption = dict(_mapping(properties.get("SSESpecification")))
    if encryption:
        encryption["Enabled"] = _true(encryption.pop("SSEEnabled", False))
        request = {"TableName": name, "SSESpecification": encryption}
        _checked(DYNAMODB._update_table(request), "AWS::DynamoDB::Table SSESpecification")


def configure_function(name: str, properties: Properties) -> None:
    """Give a function the reserved concurrency of its template."""
    reserved = properties.get("ReservedConcurrentExecutions")
    if reserved is None:
        LAMBDA._delete_function_concurrency(name)
        return
    request = {"ReservedConcurrentExecutions": int(str(reserved))}
    _checked(LAMBDA._put_function_concurrency(name, request), "AWS::Lambda::Function ReservedConcurrentExecutions")


def configure_schedule(name: str, properties: Properties) -> None:
    """Give a schedule the time zone of its template."""
    schedule = SCHEDULER._schedules[f"{properties.get('GroupName', 'default')}/{name}"]
    schedule["ScheduleExpressionTimezone"] = properties.get("ScheduleExpressionTimezone", "UTC")


def name_log_groups() -> None:
    """Name a log group whose template does not as CloudFormation does, by stack and logical id."""
    stock = PROVISIONERS._RESOURCE_HANDLERS["AWS::Logs::LogGroup"]
    stock_create, stock_update = stock["create"], stock["update"]

    def create(logical_id: str, properties: Properties, stack: str) -> Created:
        name = PROVISIONERS._physical_name(stack, logical_id)
        created: Created = stock_create(logical_id, {"LogGroupName": name, **properties}, stack)
        return created

    def update(physical_id: str, old: Properties, new: Properties, *identity: str) -> Created:
        name = {"LogGroupName": physical_id}
        updated: Created = stock_update(physical_id, {**name, **old}, {**name, **new}, *identity)
        return updated

    PROVISIONERS._RESOURCE_HANDLERS["AWS::Logs::LogGroup"] = {**stock, "create": create, "update": update}


def create_named_query(logical_id: str, properties: Properties, stack: str) -> Created:
    """Create an `AWS::Athena::NamedQuery`; its id is what Ref returns."""
    defaults = {"WorkGroup": "primary", "Name": f"{stack}-{logical_id}"}
    response = _checked(ATHENA._create_named_query({**defaults, **properties}), "AWS::Athena::NamedQuery")
    identifier: str = json.loads(response[2])["NamedQueryId"]
    return identifier, {"NamedQueryId": identifier}


def update_named_query(physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Created:
    """Replace a named query whose properties changed: CloudFormation updates none of them in place."""
    if old == new:
        return physical_id, {"NamedQueryId": physical_id}
    created = create_named_query(logical_id, new, stack)
    delete_named_query(physical_id, old)
    return created


def delete_named_query(physical_id: str, properties: Properties) -> None:
    """Delete a named query; one that is gone already is not an error."""
    del properties
    ATHENA._delete_named_query({"NamedQueryId": physical_id})


def install() -> None:
    """Register every provisioner of this module with ministack."""
    extend("AWS::S3::Bucket", configure_bucket)
    extend("AWS::DynamoDB::Table", configure_table)
    extend("AWS::Lambda::Function", configure_function)
    extend("AWS::Scheduler::Schedule", configure_schedule)
    name_log_groups()
    report_transition_sizes()
    default_kms_key()
    PROVISIONERS._RESOURCE_HANDLERS["AWS::Athena::NamedQuery"] = {
        "create": create_named_query,
        "update": update_named_query,
        "update_with_logical_id": True,
        "delete": delete_named_query,
    }
