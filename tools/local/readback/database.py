"""Readers of DynamoDB's resource types."""

from collections.abc import Iterable, Mapping

from tools.local.endpoint import Endpoint
from tools.local.readback.registry import Properties, Resource, reader, stated

_CAPACITY = ("ReadCapacityUnits", "WriteCapacityUnits")


def _capacity(throughput: Mapping[str, object] | None, billing: str) -> dict[str, object]:
    """Return provisioned capacity, which an on-demand table reports as zeros."""
    if billing != "PROVISIONED" or not throughput:
        return {}
    return {name: throughput.get(name) for name in _CAPACITY}


def _indexes(indexes: Iterable[Mapping[str, object]], billing: str) -> list[dict[str, object]]:
    found = []
    for index in indexes:
        throughput = index.get("ProvisionedThroughput")
        capacity = _capacity(throughput if isinstance(throughput, Mapping) else None, billing)
        members = {name: index.get(name) for name in ("IndexName", "KeySchema", "Projection")}
        found.append(stated(**members, ProvisionedThroughput=capacity))
    return found


@reader("AWS::DynamoDB::Table")
def table(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a table's description, backups and time to live."""
    client, name = endpoint.client("dynamodb", region=resource.region), resource.physical_id
    described = client.describe_table(TableName=name)["Table"]
    billing = described.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"
    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    ttl_enabled = ttl.get("TimeToLiveStatus") == "ENABLED"
    stream = described.get("StreamSpecification", {})
    encryption = described.get("SSEDescription", {})
    tags = client.list_tags_of_resource(ResourceArn=described["TableArn"]).get("Tags", [])
    return stated(
        TableName=described.get("TableName"),
        KeySchema=described.get("KeySchema"),
        AttributeDefinitions=described.get("AttributeDefinitions"),
        BillingMode=billing,
        ProvisionedThroughput=_capacity(described.get("ProvisionedThroughput"), billing),
        GlobalSecondaryIndexes=_indexes(described.get("GlobalSecondaryIndexes", []), billing),
        LocalSecondaryIndexes=_indexes(described.get("LocalSecondaryIndexes", []), billing),
        DeletionProtectionEnabled=described.get("DeletionProtectionEnabled", False),
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": recovery},
        TimeToLiveSpecification=stated(AttributeName=ttl.get("AttributeName"), Enabled=ttl_enabled)
        if ttl_enabled
        else None,
        StreamSpecification=stated(StreamViewType=stream.get("StreamViewType")),
        SSESpecification=stated(SSEEnabled=encryption.get("Status") == "ENABLED", SSEType=encryption.get("SSEType"))
        if encryption
        else None,
        Tags=tags,
    )
