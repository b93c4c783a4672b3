"""The disaster: every version of every object of a bucket is gone, and the table with its items."""

from typing import TYPE_CHECKING

from ops.aws import CONNECTIONS
from ops.parallel import in_parallel

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import CreateTableInputTypeDef, TableDescriptionTypeDef
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef


def lose_objects(s3: "S3Client", bucket: str) -> int:
    """Delete every version for good, as only root or a break-glass role could; return how many there were."""

    def delete(batch: "list[ObjectIdentifierTypeDef]") -> int:
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        if errors := answer.get("Errors"):
            raise RuntimeError(f"{len(errors)} versions were not deleted, the first: {errors[0]}")
        return len(batch)

    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    batches: list[list[ObjectIdentifierTypeDef]] = [
        [
            {"Key": found["Key"], "VersionId": found["VersionId"]}
            for found in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
        ]
        for page in pages
    ]
    return sum(in_parallel(delete, filter(None, batches), workers=CONNECTIONS))


def lose_table(dynamodb: "DynamoDBClient", table: str) -> None:
    """Delete the table and make an empty one of its definition, as restoring its stack would."""
    definition = dynamodb.describe_table(TableName=table)["Table"]
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=table)
    dynamodb.get_waiter("table_not_exists").wait(TableName=table)
    dynamodb.create_table(**_definition(definition))
    dynamodb.get_waiter("table_exists").wait(TableName=table)


def _definition(described: "TableDescriptionTypeDef") -> "CreateTableInputTypeDef":
    return {
        "TableName": described["TableName"],
        "KeySchema": described["KeySchema"],
        "AttributeDefinitions": described["AttributeDefinitions"],
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": True,
        "GlobalSecondaryIndexes": [
            {"IndexName": it["IndexName"], "KeySchema": it["KeySchema"], "Projection": it["Projection"]}
            for it in described["GlobalSecondaryIndexes"]
        ],
    }
