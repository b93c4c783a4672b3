"""Puts back what one simulated lake has into another one, as `ops restore --raw` does: `restore REPLICA PRIMARY`."""

import json
import sys
import time
from collections import Counter

import boto3
from botocore.config import Config

from ops.aws import CONNECTIONS
from ops.registry.restore.restoring import restore
from ops.registry.store import Store
from schemas.keys.layout import RAW_PREFIX


def _store(url: str) -> Store:
    config = Config(max_pool_connections=CONNECTIONS, s3={"addressing_style": "path"})
    return Store(s3=boto3.client("s3", endpoint_url=url, config=config), bucket="lake", region="us-east-1")


def main(replica: str, primary: str) -> None:
    """Restore, and print how many objects came to which state, and how long it took."""
    stores = [_store(url) for url in (primary, replica)]
    begun = time.perf_counter()
    states = Counter(found.state.name for found in restore(RAW_PREFIX, primary=stores[0], replica=stores[1]))
    print(json.dumps({"seconds": time.perf_counter() - begun, **states}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
