"""The simulated lake answers as the services do that the product's readers were written for."""

from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from obstore.store import S3Store

from lake.listing import Bucket
from lambdas.reconcile_daily.inventory import items_of_day, stored_objects
from schemas.keys.raw_range import RawRange
from tools.bench.lake_server import FIRST_DAY, serving_lake

OBJECTS_A_DAY, DAYS = 1_500, 2


def test_listing_and_items_agree_but_for_the_object_in_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    body = tmp_path / "body"
    body.write_bytes(b"line")
    with serving_lake(objects_a_day=OBJECTS_A_DAY, days=DAYS, body=body, s3_ms=0, dynamodb_ms=0) as url:
        s3 = boto3.client("s3", "us-east-1", endpoint_url=url, config=Config(s3={"addressing_style": "path"}))
        store = S3Store("lake", region="us-east-1", endpoint=url, client_options={"allow_http": True})
        bucket = Bucket("lake", s3, store)
        within = RawRange.days(FIRST_DAY, FIRST_DAY)
        first_day = [found.key for found in stored_objects(bucket, within)]
        everything = [found.key for found in stored_objects(bucket, RawRange.days(FIRST_DAY, None))]
        dynamodb = boto3.client("dynamodb", "us-east-1", endpoint_url=url)
        items = [found.key for found in items_of_day(dynamodb, "runs", str(FIRST_DAY + timedelta(days=1)))]
        head = s3.head_object(Bucket="lake", Key=first_day[7])
        content = bytes(store.get(first_day[7]).bytes())
    assert len(first_day) == OBJECTS_A_DAY
    assert everything == sorted(everything)
    assert everything[:OBJECTS_A_DAY] == first_day
    assert items == everything[OBJECTS_A_DAY + 1 :]
    assert (head["ETag"], content) == (f'"{7:030x}-1"', b"line")
