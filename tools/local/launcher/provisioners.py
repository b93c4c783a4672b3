"""What the lake's behaviour needs of CloudFormation and ministack 1.5.33 lacks, set through its own handlers."""

# ruff: noqa: SLF001 (ministack offers no other way in; its version is pinned)

import json
from collections.abc import Mapping

from tools.local.launcher.parts import ATHENA, PROVISIONERS, S3, replace
from tools.local.launcher.replication import replication

Properties = Mapping[str, object]
Created = tuple[str, dict[str, object]]
Response = tuple[int, dict[str, str], bytes]

_FIRST_ERROR_STATUS = 300
_SSE_HEADER = "x-amz-server-side-encryption"
_SSE_KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"


def _checked(response: Response, what: str) -> Response:
    if response[0] >= _FIRST_ERROR_STATUS:
        msg = f"{what}: {response[2]!r}"
        raise ValueError(msg)
    return response


def replicate_buckets() -> None:
    """Give a bucket the replication of its template, after ministack's own creation and update."""
    stock = PROVISIONERS._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    stock_create, stock_update = stock["create"], stock["update"]

    def replicate(name: str, properties: Properties) -> None:
        wanted = properties.get("ReplicationConfiguration")
        if isinstance(wanted, Mapping):
            body = replication(wanted["Role"], wanted["Rules"])
            _checked(S3._put_bucket_replication(name, body), "AWS::S3::Bucket ReplicationConfiguration")
        else:
            S3._delete_bucket_replication(name)

    def create(logical_id: str, properties: Properties, stack: str) -> Created:
        created: Created = stock_create(logical_id, properties, stack)
        replicate(created[0], properties)
        return created

    def update(physical_id: str, old: Properties, new: Properties, *identity: str) -> Created:
        updated: Created = stock_update(physical_id, old, new, *identity)
        replicate(updated[0], new)
        return updated

    PROVISIONERS._RESOURCE_HANDLERS["AWS::S3::Bucket"] = {**stock, "create": create, "update": update}


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
    replicate_buckets()
    name_log_groups()
    default_kms_key()
    PROVISIONERS._RESOURCE_HANDLERS["AWS::Athena::NamedQuery"] = {
        "create": create_named_query,
        "update": update_named_query,
        "update_with_logical_id": True,
        "delete": delete_named_query,
    }
