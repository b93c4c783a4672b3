"""Fetches objects from the loopback server by boto3 in a pool of threads: `fetch_boto3 FOLDER URL COUNT`."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from botocore.config import Config

from tools.bench.data import raw_files

_THREADS = 32


def main(folder: Path, url: str, count: int) -> None:
    """Fetch the first `COUNT` and print how many bytes they have."""
    s3 = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the loopback server asks for none
        config=Config(max_pool_connections=_THREADS),
    )

    def get(key: str) -> int:
        return len(s3.get_object(Bucket="bench", Key=key)["Body"].read())

    keys = [str(path.relative_to(folder)) for path in raw_files(folder)[:count]]
    with ThreadPoolExecutor(_THREADS) as pool:
        size = sum(pool.map(get, keys))
    print(json.dumps({"bytes": size}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
