"""The disaster is a whole one, and leaves what a restored stack would have."""

from tests.ops.conftest import Deployed
from tools.drill.disaster import lose_objects, lose_table


def test_no_version_of_any_object_is_left(deployed: Deployed) -> None:
    for key in ("config/models.json", "raw/a+b.jsonl", "raw/a+b.jsonl"):
        deployed.s3.put_object(Bucket=deployed.bucket, Key=key, Body=b"")
    deployed.s3.delete_object(Bucket=deployed.bucket, Key="config/models.json")
    assert lose_objects(deployed.s3, deployed.bucket) == 4
    left = deployed.s3.list_object_versions(Bucket=deployed.bucket)
    assert not {"Versions", "DeleteMarkers"} & left.keys()
    assert lose_objects(deployed.s3, deployed.bucket) == 0


def test_the_table_is_the_same_but_empty(deployed: Deployed) -> None:
    deployed.index("run", "raw/x.jsonl", "1", "etag")
    before = deployed.dynamodb.describe_table(TableName=deployed.table)["Table"]
    lose_table(deployed.dynamodb, deployed.table)
    after = deployed.dynamodb.describe_table(TableName=deployed.table)["Table"]
    assert deployed.dynamodb.scan(TableName=deployed.table)["Count"] == 0
    assert after["KeySchema"] == before["KeySchema"]
    assert after["DeletionProtectionEnabled"]
    ((index,), (expected,)) = (described["GlobalSecondaryIndexes"] for described in (after, before))
    assert index["IndexName"] == expected["IndexName"]
    assert (index["KeySchema"], index["Projection"]) == (expected["KeySchema"], expected["Projection"])
