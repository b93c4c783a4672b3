"""A week's raw JSON in S3 to one sorted Parquet file, as one writes it with awswrangler.

`curate_awswrangler FOLDER OUT URL` fetches from the loopback server that stands in for S3.
"""

import sys
from pathlib import Path

import awswrangler as wr
import boto3

from tools.bench.data import raw_files


def main(folder: Path, out: str, url: str) -> None:
    """Convert; a list of keys spares it the listing."""
    wr.config.s3_endpoint_url = url
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")  # noqa: S106 - the loopback server asks for none
    paths = [f"s3://bench/{path.relative_to(folder)}" for path in raw_files(folder)]
    turns = wr.s3.read_json(paths, lines=True, boto3_session=session)
    turns.sort_values(["model", "phase", "run_id", "turn"]).to_parquet(out, compression="zstd", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
