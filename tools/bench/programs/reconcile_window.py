"""Reconciles a window of the simulated lake: `reconcile_window URL DAYS`."""

import json
import sys
from datetime import UTC, datetime, timedelta

import boto3
from botocore.config import Config
from obstore.store import S3Store

from lake.listing import Bucket
from lambdas.reconcile_daily.days import Stores
from lambdas.reconcile_daily.reconcile import SETTLING, reconcile
from lambdas.reconcile_daily.second_look import SecondLook
from schemas.keys.raw_range import RawRange
from tools.bench.lake_server import FIRST_DAY


def main(url: str, days: int) -> None:
    """Reconcile, and print what was found."""
    s3 = boto3.client("s3", endpoint_url=url, config=Config(s3={"addressing_style": "path"}))
    store = S3Store("lake", endpoint=url, virtual_hosted_style_request=False, client_options={"allow_http": True})
    stores = Stores(Bucket("lake", s3, store), boto3.client("dynamodb", endpoint_url=url), "runs")
    found = reconcile(
        stores.states(RawRange.days(FIRST_DAY, None), today=FIRST_DAY + timedelta(days=days - 1)),
        look_again=SecondLook(s3, "lake", stores.dynamodb, "runs"),
        now=datetime.now(UTC),
        settling=SETTLING,
    )
    print(json.dumps({"objects": found.objects, "items": found.items, "differences": found.counts().total()}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
