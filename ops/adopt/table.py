"""Reads a table that was made by hand: whether it can be adopted, and what then changes."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, cast

from botocore.exceptions import ClientError

from ops.adopt.finding import Difference, Found
from ops.adopt.wanted import Json, Wanted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef

_ON_DEMAND: Final = "PAY_PER_REQUEST"
_OF_AN_INDEX: Final = ("IndexName", "KeySchema", "Projection")


def find_table(dynamodb: "DynamoDBClient", name: str, *, wanted: Wanted) -> Found | None:
    """Return the table of that name, None where there is none."""
    try:
        table = dynamodb.describe_table(TableName=name)["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return Found(
        wanted=wanted,
        identifier={"TableName": name},
        as_found={"TableName": name, **_keys(wanted.properties), **_throughput(table)},
        differences=[*_differences(dynamodb, table)],
        refusals=[*_refusals(table, wanted.properties)],
    )


def _refusals(table: "TableDescriptionTypeDef", template: Json) -> Iterator[str]:
    name = table["TableName"]
    if not table.get("DeletionProtectionEnabled"):
        yield f"table {name} has no deletion protection: enable it, so that nothing deletes what is adopted"
    found = _keys({**table})
    for part, wanted in _keys(template).items():
        if _canonical(wanted) != _canonical(found[part]):
            yield f"table {name}: {part} are not the template's, and cannot be changed by a deployment"


def _differences(dynamodb: "DynamoDBClient", table: "TableDescriptionTypeDef") -> Iterator[Difference]:
    name = table["TableName"]
    billing = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    if billing != _ON_DEMAND:
        yield Difference(name, "billing", billing, _ON_DEMAND)
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus", "DISABLED")
    if recovery != "ENABLED":
        yield Difference(name, "point-in-time recovery", recovery, "ENABLED")


def _keys(properties: Mapping[str, object]) -> dict[str, object]:
    """Return what of a table no update can change, as a template writes it."""
    indexes = cast("list[Mapping[str, object]]", properties.get("GlobalSecondaryIndexes", []))
    return {
        "KeySchema": properties["KeySchema"],
        "AttributeDefinitions": properties["AttributeDefinitions"],
        "GlobalSecondaryIndexes": [{part: index[part] for part in _OF_AN_INDEX} for index in indexes],
    }


def _throughput(table: "TableDescriptionTypeDef") -> dict[str, object]:
    """Return how the table is billed now."""
    if table.get("BillingModeSummary", {}).get("BillingMode") == _ON_DEMAND:
        return {"BillingMode": _ON_DEMAND}
    units = table["ProvisionedThroughput"]
    return {"ProvisionedThroughput": {unit: units[unit] for unit in ("ReadCapacityUnits", "WriteCapacityUnits")}}


def _canonical(value: object) -> object:
    """Return the value with its lists in order, which means nothing in a table's description."""
    if isinstance(value, Mapping):
        return {key: _canonical(member) for key, member in value.items()}
    if isinstance(value, list):
        return sorted((_canonical(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value
